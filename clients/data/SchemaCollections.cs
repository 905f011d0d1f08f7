using System.Data;
using System.Data.Common;
using System.Globalization;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Data;

/// <summary>
/// What <see cref="DbConnection.GetSchema()"/> gives: tables about tables, from the database's own catalog.
/// </summary>
internal static class SchemaCollections
{
    /// <summary>A collection: its query and the columns that restrictions apply to, in order.</summary>
    private sealed record Collection(string Name, string Sql, params string[] Restrictions);

    private static readonly Collection[] s_queried =
    [
        new("Databases", "SELECT datname AS database_name, 'colfrag' AS owner FROM pg_catalog.pg_database",
            "database_name"),
        new("Schemata", "SELECT catalog_name, schema_name, schema_owner FROM information_schema.schemata",
            "catalog_name", "schema_name"),
        new("Tables", "SELECT table_catalog, table_schema, table_name, table_type FROM information_schema.tables",
            "table_catalog", "table_schema", "table_name", "table_type"),
        new("Columns",
            "SELECT table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, " +
            "is_nullable, data_type, numeric_precision, numeric_scale FROM information_schema.columns",
            "table_catalog", "table_schema", "table_name", "column_name"),
        new("Views",
            "SELECT table_catalog, table_schema, table_name, view_definition FROM information_schema.views",
            "table_catalog", "table_schema", "table_name"),
        new("Indexes",
            "SELECT current_database() AS table_catalog, schemaname AS table_schema, tablename AS table_name, " +
            "indexname AS index_name FROM pg_catalog.pg_indexes",
            "table_catalog", "table_schema", "table_name", "index_name"),
        new("IndexColumns",
            "SELECT table_catalog, table_schema, table_name, constraint_name AS index_name, column_name, " +
            "ordinal_position FROM information_schema.key_column_usage",
            "table_catalog", "table_schema", "table_name", "index_name", "column_name"),
        new("ForeignKeys",
            "SELECT constraint_catalog, constraint_schema, constraint_name, table_catalog, table_schema, table_name, " +
            "constraint_type FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY'",
            "table_catalog", "table_schema", "table_name", "constraint_name"),
        new("Functions",
            "SELECT 'pg_catalog' AS function_schema, proname AS function_name, prokind AS function_kind " +
            "FROM pg_catalog.pg_proc",
            "function_schema", "function_name"),
    ];

    private static readonly string[] s_fixed =
    [
        DbMetaDataCollectionNames.MetaDataCollections, DbMetaDataCollectionNames.DataSourceInformation,
        DbMetaDataCollectionNames.DataTypes, DbMetaDataCollectionNames.Restrictions,
        DbMetaDataCollectionNames.ReservedWords,
    ];

    /// <summary>A collection by its name, without regard to case.</summary>
    /// <exception cref="ArgumentException">There is none, or it takes fewer restrictions.</exception>
    public static DataTable Get(ColFragConnection connection, string name, string?[] restrictions)
    {
        connection.RequireSession();
        if (Array.Find(s_queried, c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } queried)
            return Query(connection, queried, restrictions);
        string known = Array.Find(s_fixed, f => f.Equals(name, StringComparison.OrdinalIgnoreCase)) ??
            throw new ArgumentException(
                $"There is no collection {name}; MetaDataCollections lists them.", nameof(name));
        if (known == DbMetaDataCollectionNames.DataSourceInformation) return DataSourceInformation(connection);
        if (known == DbMetaDataCollectionNames.DataTypes) return DataTypes();
        if (known == DbMetaDataCollectionNames.Restrictions) return Restrictions();
        if (known == DbMetaDataCollectionNames.ReservedWords) return ReservedWords();
        return MetaDataCollections();
    }

    private static DataTable Query(ColFragConnection connection, Collection collection, string?[] restrictions)
    {
        if (restrictions.Length > collection.Restrictions.Length)
        {
            string names = string.Join(", ", collection.Restrictions);
            throw new ArgumentException($"{collection.Name} takes these restrictions: {names}.", nameof(restrictions));
        }
        using ColFragCommand command = connection.CreateCommand();
        List<string> conditions = [];
        for (int i = 0; i < restrictions.Length; i++)
        {
            if (restrictions[i] is not { } value) continue;
            command.Parameters.AddWithValue($"p{i}", value);
            conditions.Add($"{collection.Restrictions[i]} = @p{i}");
        }
        string where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        command.CommandText = $"SELECT * FROM ({collection.Sql}) AS c{where}";
        DataTable table = New(collection.Name);
        using DbDataReader reader = command.ExecuteReader();
        for (int i = 0; i < reader.FieldCount; i++) table.Columns.Add(reader.GetName(i), reader.GetFieldType(i));
        object[] values = new object[reader.FieldCount];
        while (reader.Read())
        {
            reader.GetValues(values);
            table.Rows.Add(values);
        }
        return table;
    }

    private static DataTable MetaDataCollections()
    {
        DataTable table = New(
            DbMetaDataCollectionNames.MetaDataCollections, ("CollectionName", typeof(string)),
            ("NumberOfRestrictions", typeof(int)), ("NumberOfIdentifierParts", typeof(int)));
        foreach (string name in s_fixed) table.Rows.Add(name, 0, 0);
        foreach (Collection collection in s_queried)
            table.Rows.Add(collection.Name, collection.Restrictions.Length, collection.Restrictions.Length);
        return table;
    }

    private static DataTable Restrictions()
    {
        DataTable table = New(
            DbMetaDataCollectionNames.Restrictions, ("CollectionName", typeof(string)),
            ("RestrictionName", typeof(string)), ("RestrictionDefault", typeof(string)),
            ("RestrictionNumber", typeof(int)));
        foreach (Collection collection in s_queried)
        {
            for (int i = 0; i < collection.Restrictions.Length; i++)
                table.Rows.Add(collection.Name, collection.Restrictions[i], DBNull.Value, i + 1);
        }
        return table;
    }

    private static DataTable ReservedWords()
    {
        DataTable table = New(DbMetaDataCollectionNames.ReservedWords, ("ReservedWord", typeof(string)));
        foreach (string word in Keywords.All.Where(w => Keywords.IsReserved(Keywords.Find(w)))) table.Rows.Add(
            word.ToUpperInvariant());
        return table;
    }

    private static DataTable DataSourceInformation(ColFragConnection connection)
    {
        DataTable table = New(
            DbMetaDataCollectionNames.DataSourceInformation,
            (DbMetaDataColumnNames.CompositeIdentifierSeparatorPattern, typeof(string)),
            (DbMetaDataColumnNames.DataSourceProductName, typeof(string)),
            (DbMetaDataColumnNames.DataSourceProductVersion, typeof(string)),
            (DbMetaDataColumnNames.DataSourceProductVersionNormalized, typeof(string)),
            (DbMetaDataColumnNames.GroupByBehavior, typeof(GroupByBehavior)),
            (DbMetaDataColumnNames.IdentifierPattern, typeof(string)),
            (DbMetaDataColumnNames.IdentifierCase, typeof(IdentifierCase)),
            (DbMetaDataColumnNames.OrderByColumnsInSelect, typeof(bool)),
            (DbMetaDataColumnNames.ParameterMarkerFormat, typeof(string)),
            (DbMetaDataColumnNames.ParameterMarkerPattern, typeof(string)),
            (DbMetaDataColumnNames.ParameterNameMaxLength, typeof(int)),
            (DbMetaDataColumnNames.QuotedIdentifierPattern, typeof(string)),
            (DbMetaDataColumnNames.QuotedIdentifierCase, typeof(IdentifierCase)),
            (DbMetaDataColumnNames.StatementSeparatorPattern, typeof(string)),
            (DbMetaDataColumnNames.StringLiteralPattern, typeof(string)),
            (DbMetaDataColumnNames.SupportedJoinOperators, typeof(SupportedJoinOperators)));
        table.Rows.Add(
            @"\.", "ColFrag", connection.ServerVersion, connection.ServerVersion, GroupByBehavior.MustContainAll,
            @"[\p{L}_][\p{L}\p{N}_$]*", IdentifierCase.Insensitive, false, "@{0}", @"[@:$][\p{L}_][\p{L}\p{N}_]*", 128,
            "\"(([^\"]|\"\")*)\"", IdentifierCase.Sensitive, ";", "'(([^']|'')*)'",
            SupportedJoinOperators.Inner | SupportedJoinOperators.LeftOuter | SupportedJoinOperators.RightOuter |
            SupportedJoinOperators.FullOuter);
        return table;
    }

    private static DataTable DataTypes()
    {
        DataTable table = New(
            DbMetaDataCollectionNames.DataTypes, (DbMetaDataColumnNames.TypeName, typeof(string)),
            (DbMetaDataColumnNames.ProviderDbType, typeof(int)), (DbMetaDataColumnNames.DataType, typeof(string)),
            (DbMetaDataColumnNames.IsNullable, typeof(bool)));
        foreach (LogicalType type in (LogicalType[])
            [
                LogicalType.Boolean, LogicalType.TinyInt, LogicalType.SmallInt,
                LogicalType.Integer, LogicalType.BigInt, LogicalType.HugeInt,
                LogicalType.UTinyInt, LogicalType.USmallInt,
                LogicalType.UInteger, LogicalType.UBigInt,
                LogicalType.Decimal(18, 3), LogicalType.Real,
                LogicalType.Double, LogicalType.Date, LogicalType.Time,
                LogicalType.Timestamp, LogicalType.TimestampTz,
                LogicalType.Interval, LogicalType.Varchar, LogicalType.Blob,
                LogicalType.Uuid, LogicalType.Json,
            ])
        {
            table.Rows.Add(
                type.Kind == TypeKind.Decimal ? "DECIMAL" : type.ToString(),
                (int)ClrTypes.DbTypeOf(type), ClrTypes.Of(type, isBasic: false).FullName, true);
        }
        return table;
    }

    private static DataTable New(string name, params ReadOnlySpan<(string Name, Type Type)> columns)
    {
        DataTable table = new(name) { Locale = CultureInfo.InvariantCulture };
        foreach ((string column, Type type) in columns) table.Columns.Add(column, type);
        return table;
    }
}
