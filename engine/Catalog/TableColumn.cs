using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Catalog;

/// <summary>A column of a table.</summary>
/// <param name="Id">Never reused within its table; the name of its file.</param>
/// <param name="Name">As written, case kept.</param>
/// <param name="Type">The type; segments written before it was widened keep theirs.</param>
/// <param name="IsNullable">False when NULL is refused.</param>
internal sealed record TableColumn(int Id, string Name, LogicalType Type, bool IsNullable = true)
{
    /// <summary>DEFAULT as SQL; null for none.</summary>
    public string? DefaultSql { get; init; }

    /// <summary>GENERATED ALWAYS AS, as SQL over the other columns; null for a plain column.</summary>
    public string? GeneratedSql { get; init; }

    /// <summary>A collation other than byte order; else null.</summary>
    public string? Collation { get; init; }

    /// <summary>What rows have that were written before the column was added; null is NULL.</summary>
    public Value? MissingValue { get; init; }

    /// <summary>The column group it lies in.</summary>
    public int Group { get; init; }

    public string? Comment { get; init; }

    /// <summary>The most characters of a text; 0 for any number.</summary>
    public int MaxLength { get; init; }

    /// <summary>True for CHAR, whose spaces at the end count for nothing.</summary>
    public bool IsBlankPadded { get; init; }

    /// <summary>What INSERT may give.</summary>
    public IdentityKind Identity { get; init; }

    /// <summary>A general compression on top of the encodings, by name; empty for the table's.</summary>
    public string Compression { get; init; } = "";

    public Field Field => new(Name, Type, IsNullable);

    public void Write(ByteWriter target)
    {
        RecordBytes.WriteInt(target, Id);
        target.WriteString(Name);
        TypeBytes.Write(target, Type);
        target.WriteBool(IsNullable);
        RecordBytes.WriteText(target, DefaultSql);
        RecordBytes.WriteText(target, GeneratedSql);
        RecordBytes.WriteText(target, Collation);
        target.WriteBool(MissingValue is not null);
        if (MissingValue is not null)
        {
            TypeBytes.Write(target, MissingValue.Type);
            ValueBytes.Write(target, MissingValue);
        }
        RecordBytes.WriteInt(target, Group);
        RecordBytes.WriteText(target, Comment);
    }

    public static TableColumn Read(ref ByteReader source)
    {
        int id = RecordBytes.ReadInt(ref source);
        string name = source.ReadString();
        LogicalType type = TypeBytes.Read(ref source);
        return new TableColumn(id, name, type, source.ReadBool())
        {
            DefaultSql = RecordBytes.ReadText(ref source),
            GeneratedSql = RecordBytes.ReadText(ref source),
            Collation = RecordBytes.ReadText(ref source),
            MissingValue = ReadMissingValue(ref source),
            Group = RecordBytes.ReadInt(ref source),
            Comment = RecordBytes.ReadText(ref source),
        };
    }

    /// <summary>What came later, and is kept behind everything else of the definition.</summary>
    public void WriteRest(ByteWriter target)
    {
        RecordBytes.WriteInt(target, MaxLength);
        target.WriteBool(IsBlankPadded);
        target.WriteByte((byte)Identity);
    }

    /// <summary>The column with what <see cref="WriteRest"/> wrote.</summary>
    public TableColumn ReadRest(ref ByteReader source)
    {
        TableColumn column = this with
        {
            MaxLength = RecordBytes.ReadInt(ref source),
            IsBlankPadded = source.ReadBool(),
            Identity = (IdentityKind)source.ReadByte(),
        };
        source.ThrowUnless(
            column.MaxLength >= 0 && column.Identity <= IdentityKind.ByDefault, "limit or identity of a column");
        return column;
    }

    private static Value? ReadMissingValue(ref ByteReader source)
    {
        if (!source.ReadBool()) return null;
        LogicalType type = TypeBytes.Read(ref source);
        return ValueBytes.Read(ref source, type);
    }
}

/// <summary>Who gives the values of a column; numbers are written in the catalog.</summary>
internal enum IdentityKind : byte
{
    /// <summary>The statement, or DEFAULT.</summary>
    None = 0,

    /// <summary>The column's sequence; a value of the statement is an error.</summary>
    Always = 1,

    /// <summary>The column's sequence, where the statement gives none.</summary>
    ByDefault = 2,
}
