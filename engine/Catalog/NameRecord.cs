using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>What kind of thing has a name; numbers are written in the catalog and never reused.</summary>
internal enum ObjectKind : byte
{
    /// <summary>A schema.</summary>
    Schema = 1,
    /// <summary>A table.</summary>
    Table = 2,
    /// <summary>A view: the text of its query.</summary>
    View = 3,
    /// <summary>A sequence.</summary>
    Sequence = 4,
    /// <summary>A macro: its parameters and body.</summary>
    Macro = 5,
    /// <summary>A type.</summary>
    Type = 6,
    /// <summary>A function of an assembly.</summary>
    Function = 7,
}

/// <summary>What a name stands for. Ids are random and never reused.</summary>
internal readonly record struct NameRecord(ObjectKind Kind, long Id)
{
    private const byte Format = 1;

    public byte[] ToBytes()
    {
        (ObjectKind kind, long id) = this;
        return RecordBytes.Seal(Format, target =>
        {
            target.WriteByte((byte)kind);
            target.WriteInt64(id);
        });
    }

    public static NameRecord Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        ObjectKind kind = (ObjectKind)source.ReadByte();
        source.ThrowUnless(kind is >= ObjectKind.Schema and <= ObjectKind.Function, "kind of an object");
        return new NameRecord(kind, source.ReadInt64());
    }
}

/// <summary>
/// A thing that is not a table: its kind, and a body that the layer which knows the kind reads and writes. Views and
/// macros keep the text of SQL.
/// </summary>
internal sealed record ObjectRecord(ObjectKind Kind, ReadOnlyMemory<byte> Body)
{
    private const byte Format = 1;

    public byte[] ToBytes() => RecordBytes.Seal(Format, target =>
    {
        target.WriteByte((byte)Kind);
        target.WriteBytes(Body.Span);
    });

    public static ObjectRecord Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        ObjectKind kind = (ObjectKind)source.ReadByte();
        return new ObjectRecord(kind, source.ReadBytes(source.Remaining).ToArray());
    }
}

/// <summary>The database as a whole.</summary>
/// <param name="ClusterId">Random; in every manifest, so that files of two databases are never mixed.</param>
/// <param name="CreateTime">When it was made.</param>
internal sealed record DatabaseRecord(Guid ClusterId, DateTime CreateTime)
{
    private const byte Format = 1;

    public byte[] ToBytes() => RecordBytes.Seal(Format, target =>
    {
        target.WriteBytes(ClusterId.ToByteArray());
        target.WriteInt64(CreateTime.Ticks);
    });

    public static DatabaseRecord Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        return new DatabaseRecord(new Guid(source.ReadBytes(16)), UtcTime.Read(ref source));
    }
}
