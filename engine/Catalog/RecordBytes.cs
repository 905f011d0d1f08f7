using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The frame of every value in the catalog.
/// <code>
///   bytes    field
///   1        format of the record; rises when its bytes change
///   ...      the record
///   4        CRC32C of the bytes before
/// </code>
/// </summary>
internal static class RecordBytes
{
    private const int ChecksumBytes = 4;

    /// <summary>The value with what the caller writes.</summary>
    public static byte[] Seal(byte format, Action<ByteWriter> write)
    {
        using ByteWriter target = new();
        target.WriteByte(format);
        write(target);
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        return target.ToArray();
    }

    /// <summary>A reader of the record, after its checksum and format were checked.</summary>
    public static ByteReader Open(CatalogEntry entry, byte format) =>
        Open(entry.Value.Span, entry.Key.ToString(), format);

    /// <summary>A reader of the record, after its checksum and format were checked.</summary>
    public static ByteReader Open(ReadOnlySpan<byte> value, string name, byte format) =>
        Open(value, name, new FileFormat("record", format), out _);

    /// <summary>A reader of a record that may be of several formats, and of which it is.</summary>
    public static ByteReader Open(ReadOnlySpan<byte> value, string name, FileFormat formats, out byte format)
    {
        ByteReader whole = new(value, name);
        whole.ThrowUnless(value.Length > ChecksumBytes, "length of a catalog record");
        ByteReader record = whole.ReadPart(value.Length - ChecksumBytes);
        whole.ThrowUnless(
            whole.ReadUInt32() == Checksum.Crc32C(value[..^ChecksumBytes]), "checksum of a catalog record");
        format = record.ReadByte();
        formats.Check(format, name);
        return record;
    }

    /// <summary>A text that may be absent.</summary>
    public static void WriteText(ByteWriter target, string? text)
    {
        target.WriteBool(text is not null);
        if (text is not null) target.WriteString(text);
    }

    /// <summary>A text that may be absent.</summary>
    public static string? ReadText(ref ByteReader source) => source.ReadBool() ? source.ReadString() : null;

    /// <summary>A list: its count as a variable-length number, then the items.</summary>
    public static void WriteList<T>(ByteWriter target, IReadOnlyCollection<T> items, Action<ByteWriter, T> write)
    {
        target.WriteVarUInt64((ulong)items.Count);
        foreach (T item in items) write(target, item);
    }

    /// <summary>A list of items that take a byte each at least.</summary>
    public static System.Collections.Immutable.ImmutableArray<T> ReadList<T>(ref ByteReader source, ItemReader<T> read)
    {
        int count = source.ReadVarCount(source.Remaining);
        var items = System.Collections.Immutable.ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count; i++) items.Add(read(ref source));
        return items.MoveToImmutable();
    }

    /// <summary>Reads one item.</summary>
    public delegate T ItemReader<T>(ref ByteReader source);

    public static void WriteInt(ByteWriter target, int value) => target.WriteVarInt64(value);

    public static int ReadInt(ref ByteReader source)
    {
        long value = source.ReadVarInt64();
        source.ThrowUnless(value is >= int.MinValue and <= int.MaxValue, "32-bit number");
        return (int)value;
    }

    /// <summary>A number that is never negative.</summary>
    public static void WriteCount(ByteWriter target, long value) => target.WriteVarUInt64((ulong)value);

    /// <summary>A number that is never negative.</summary>
    public static long ReadCount(ref ByteReader source)
    {
        ulong value = source.ReadVarUInt64();
        source.ThrowUnless(value <= long.MaxValue, "64-bit count");
        return (long)value;
    }
}
