import java.sql.*;

/** What pgjdbc asks the catalog for: recorded, not compared here. */
public class JdbcCatalog {
    public static void main(String[] arguments) throws Exception {
        Connection connection = DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/" + arguments[2] + "?user=" + arguments[1]);
        DatabaseMetaData meta = connection.getMetaData();
        ResultSet[] all = {
            meta.getTables(null, "public", "%", null), meta.getTables(null, null, "sal%", new String[] {"TABLE", "VIEW"}),
            meta.getColumns(null, "public", "city", "%"), meta.getColumns(null, "public", "plain", "%"),
            meta.getPrimaryKeys(null, "public", "sale"), meta.getImportedKeys(null, "public", "sale"),
            meta.getExportedKeys(null, "public", "city"), meta.getIndexInfo(null, "public", "city", false, true),
            meta.getBestRowIdentifier(null, "public", "city", 0, true), meta.getSchemas(null, "pub%"),
            meta.getTablePrivileges(null, "public", "nosuch"), meta.getProcedures(null, "public", "nosuch"),
            meta.getUDTs(null, "public", "nosuch", null), meta.getTypeInfo(), meta.getCatalogs(),
        };
        for (ResultSet rows : all) {
            while (rows.next()) {
            }
        }
        meta.getMaxColumnNameLength();
        meta.getSQLKeywords();
        connection.prepareStatement("SELECT id, name FROM city").getMetaData().isAutoIncrement(1);
        connection.close();
    }
}
