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
        // Not asked: keys and indexes, for which pgjdbc takes arrays apart in ways that ColFrag does not know yet.
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

    private static void print(ResultSet rows, String... columns) throws SQLException {
        while (rows.next()) {
            ArrayList<String> values = new ArrayList<>();
            for (String column : columns) values.add(rows.getString(column));
            System.out.println(values);
        }
    }
}
