using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Globalization;
using ColFrag.Engine.Records;
using ColFrag.Engine.Types;

namespace ColFrag.Data;

/// <summary>A column of a result as ADO.NET describes it.</summary>
internal sealed class ColFragColumn : DbColumn
{
    public ColFragColumn(Field field, int ordinal, Type type)
    {
        ColumnName = field.Name;
        ColumnOrdinal = ordinal;
        ColumnSize = -1;
        DataType = type;
        DataTypeName = field.Type.ToString();
        AllowDBNull = field.IsNullable;
        IsReadOnly = true;
        IsAliased = IsExpression = IsIdentity = IsKey = IsLong = IsUnique = IsAutoIncrement = IsHidden = false;
        if (field.Type.Kind == TypeKind.Decimal)
        {
            NumericPrecision = field.Type.Precision;
            NumericScale = field.Type.Scale;
        }
        ProviderType = (int)ClrTypes.DbTypeOf(field.Type);
    }

    /// <summary>The type by its <see cref="DbType"/>.</summary>
    public int ProviderType { get; }

    /// <summary>The table that <see cref="DbDataReader.GetSchemaTable"/> gives.</summary>
    public static DataTable ToTable(ReadOnlyCollection<DbColumn> columns)
    {
        DataTable table = new("SchemaTable") { Locale = CultureInfo.InvariantCulture };
        foreach ((string name, Type type) in (ReadOnlySpan<(string, Type)>)
            [
                (SchemaTableColumn.ColumnName, typeof(string)), (SchemaTableColumn.ColumnOrdinal, typeof(int)),
                (SchemaTableColumn.ColumnSize, typeof(int)), (SchemaTableColumn.NumericPrecision, typeof(short)),
                (SchemaTableColumn.NumericScale, typeof(short)), (SchemaTableColumn.DataType, typeof(Type)),
                (SchemaTableColumn.ProviderType, typeof(int)), (SchemaTableColumn.IsLong, typeof(bool)),
                (SchemaTableColumn.AllowDBNull, typeof(bool)), (SchemaTableOptionalColumn.IsReadOnly, typeof(bool)),
                (SchemaTableColumn.IsUnique, typeof(bool)), (SchemaTableColumn.IsKey, typeof(bool)),
                (SchemaTableOptionalColumn.IsAutoIncrement, typeof(bool)),
                (SchemaTableColumn.BaseColumnName, typeof(string)), (SchemaTableColumn.BaseTableName, typeof(string)),
                (SchemaTableColumn.BaseSchemaName, typeof(string)), ("DataTypeName", typeof(string)),
            ])
        {
            table.Columns.Add(name, type);
        }
        foreach (ColFragColumn column in columns.Cast<ColFragColumn>())
        {
            table.Rows.Add(
                column.ColumnName, column.ColumnOrdinal, column.ColumnSize, (short)(column.NumericPrecision ?? 0),
                (short)(column.NumericScale ?? 0), column.DataType, column.ProviderType, false,
                column.AllowDBNull ?? true, true, false, false, false, column.ColumnName, DBNull.Value, DBNull.Value,
                column.DataTypeName);
        }
        return table;
    }
}
