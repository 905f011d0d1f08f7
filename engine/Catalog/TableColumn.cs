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

    private static Value? ReadMissingValue(ref ByteReader source)
    {
        if (!source.ReadBool()) return null;
        LogicalType type = TypeBytes.Read(ref source);
        return ValueBytes.Read(ref source, type);
    }
}
