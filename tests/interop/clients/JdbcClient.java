import java.math.BigDecimal;
import java.sql.*;
import java.util.ArrayList;
import java.util.Properties;

/** pgjdbc: DatabaseMetaData, prepared statements, row limits, batches. */
public class JdbcClient {
    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("user", arguments[1]);
        properties.setProperty("password", "x");
        Connection connection = DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/" + arguments[2], properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE jd (id integer PRIMARY KEY, name varchar NOT NULL, price numeric(10,2), "
                + "at timestamp, ok boolean, d double precision)");
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO jd VALUES (?, ?, ?, ?, ?, ?)")) {
            for (int i = 0; i < 20; i++) {
                insert.setInt(1, i);
                insert.setString(2, "n" + i);
                insert.setBigDecimal(3, new BigDecimal(i).movePointLeft(1));
                insert.setTimestamp(4, Timestamp.valueOf("2024-01-02 03:04:05"));
                insert.setBoolean(5, i % 2 == 0);
                insert.setDouble(6, i / 2.0);
                insert.addBatch();
            }
            System.out.println(insert.executeBatch().length);
        }
        connection.setAutoCommit(false);
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM jd WHERE id >= ? ORDER BY id")) {
            select.setFetchSize(7);
            for (int run = 0; run < 7; run++) {
                select.setInt(1, run);
                int count = 0;
                StringBuilder last = new StringBuilder();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        count++;
                        last.setLength(0);
                        for (int c = 1; c <= 6; c++) last.append(rows.getObject(c)).append(' ');
                    }
                }
                System.out.println(count + ": " + last);
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        DatabaseMetaData meta = connection.getMetaData();
        print(meta.getTables(null, "public", "jd", null), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE");
        print(meta.getColumns(null, "public", "jd", "%"), "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "NULLABLE", "DECIMAL_DIGITS");
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE jd_parent (a integer, b varchar, PRIMARY KEY (b, a), UNIQUE (a))");
            statement.execute("CREATE TABLE jd_child (id bigint PRIMARY KEY, pa integer, pb varchar DEFAULT 'x')");
            statement.execute("CREATE VIEW jd_view AS SELECT id FROM jd_child");
        }
        print(meta.getPrimaryKeys(null, "public", "jd_parent"), "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ", "PK_NAME");
        print(meta.getImportedKeys(null, "public", "jd_child"), "PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_NAME",
            "FKCOLUMN_NAME", "KEY_SEQ", "UPDATE_RULE", "DELETE_RULE", "FK_NAME", "PK_NAME", "DEFERRABILITY");
        print(meta.getExportedKeys(null, "public", "jd_parent"), "FKTABLE_NAME", "FKCOLUMN_NAME", "KEY_SEQ");
        print(meta.getCrossReference(null, "public", "jd_parent", null, "public", "jd_child"), "FK_NAME", "KEY_SEQ");
        print(meta.getIndexInfo(null, "public", "jd_parent", false, false), "NON_UNIQUE", "INDEX_NAME", "TYPE",
            "ORDINAL_POSITION", "COLUMN_NAME", "ASC_OR_DESC");
        print(meta.getIndexInfo(null, "public", "jd_parent", true, true), "INDEX_NAME", "COLUMN_NAME");
        print(meta.getBestRowIdentifier(null, "public", "jd_child", DatabaseMetaData.bestRowSession, true),
            "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME");
        print(meta.getColumns(null, "public", "jd\\_child", "%"), "COLUMN_NAME", "TYPE_NAME", "COLUMN_DEF",
            "ORDINAL_POSITION", "IS_NULLABLE", "IS_AUTOINCREMENT");
        print(meta.getTables(null, "public", "jd\\_%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE");
        print(meta.getTableTypes(), "TABLE_TYPE");
        print(meta.getSchemas(null, "pub%"), "TABLE_SCHEM");
        print(meta.getTablePrivileges(null, "public", "nosuch"), "TABLE_NAME");
        print(meta.getVersionColumns(null, "public", "nosuch"), "COLUMN_NAME");
        print(meta.getProcedures(null, "public", "nosuch%"), "PROCEDURE_NAME");
        System.out.println(count(meta.getFunctions(null, "pg_catalog", "lower")) > 0);
        print(meta.getUDTs(null, "public", "nosuch", null), "TYPE_NAME");
        System.out.println(count(meta.getCatalogs()) > 0);
        System.out.println(count(meta.getTypeInfo()) > 20);
        System.out.println(meta.getMaxColumnNameLength());
        System.out.println(meta.getSQLKeywords().length() > 0);
        try (PreparedStatement select = connection.prepareStatement("SELECT pa, pb FROM jd_child WHERE id = ?")) {
            ResultSetMetaData columns = select.getMetaData();
            System.out.println(columns.getColumnName(1) + " " + columns.getColumnTypeName(2) + " "
                + columns.isAutoIncrement(1) + " " + select.getParameterMetaData().getParameterTypeName(1));
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP VIEW jd_view");
            statement.execute("DROP TABLE jd_child");
            statement.execute("DROP TABLE jd_parent");
        }
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT nosuch FROM jd");
        } catch (SQLException error) {
            System.out.println(error.getSQLState());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE jd");
        }
        connection.close();
    }

    private static int count(ResultSet rows) throws SQLException {
        int count = 0;
        while (rows.next()) count++;
        return count;
    }

    private static void print(ResultSet rows, String... columns) throws SQLException {
        while (rows.next()) {
            ArrayList<String> values = new ArrayList<>();
            for (String column : columns) values.add(rows.getString(column));
            System.out.println(values);
        }
    }
}
