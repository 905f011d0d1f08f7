using System.Buffers.Binary;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>
/// Reads a table of a FlatBuffer, in which Arrow writes its metadata. Every offset is held against the bytes.
/// <code>
///   table     i32 distance back to its vtable, then its fields
///   vtable    u16 size, u16 size of the table, u16 offset of each field in the table, 0 = absent
///   vector    u32 count, elements; strings and tables are reached by u32 offsets forward
/// </code>
/// </summary>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _name;
    private readonly int _start;
    private readonly int _vtable;
    private readonly int _vtableSize;

    private FlatTable(ReadOnlySpan<byte> bytes, int start, string name)
    {
        _bytes = bytes;
        _start = start;
        _name = name;
        Check(start >= 0 && start <= bytes.Length - 4);
        long vtable = (long)start - BinaryPrimitives.ReadInt32LittleEndian(bytes[start..]);
        Check(vtable >= 0 && vtable <= bytes.Length - 4);
        _vtable = (int)vtable;
        _vtableSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[_vtable..]);
        Check(_vtableSize >= 4 && _vtable + _vtableSize <= bytes.Length);
    }

    /// <summary>The table that a buffer begins with.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> bytes, string name)
    {
        CorruptDataException.ThrowUnless(bytes.Length >= 8, "Arrow metadata", name, 0);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        CorruptDataException.ThrowUnless(start <= (uint)bytes.Length - 4, "Arrow metadata", name, 0);
        return new FlatTable(bytes, (int)start, name);
    }

    public bool Has(int field) => FieldAt(field, 0) > 0;

    public byte Byte(int field, byte otherwise = 0) => FieldAt(field, 1) is > 0 and int at ? _bytes[at] : otherwise;

    public bool Bool(int field) => Byte(field) != 0;

    public short Int16(int field, short otherwise = 0) =>
        FieldAt(field, 2) is > 0 and int at ? BinaryPrimitives.ReadInt16LittleEndian(_bytes[at..]) : otherwise;

    public int Int32(int field, int otherwise = 0) =>
        FieldAt(field, 4) is > 0 and int at ? BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]) : otherwise;

    public long Int64(int field) =>
        FieldAt(field, 8) is > 0 and int at ? BinaryPrimitives.ReadInt64LittleEndian(_bytes[at..]) : 0;

    public string? Text(int field)
    {
        if (!TryVector(field, 1, out int start, out int count)) return null;
        return Encoding.UTF8.GetString(_bytes.Slice(start, count));
    }

    /// <summary>A table that is a field; the field must be there.</summary>
    public FlatTable Table(int field)
    {
        int at = FieldAt(field, 4);
        Check(at > 0);
        return new FlatTable(_bytes, Follow(at), _name);
    }

    /// <summary>Number of elements of a vector, 0 where it is absent.</summary>
    public int Count(int field, int elementBytes) => TryVector(field, elementBytes, out _, out int count) ? count : 0;

    /// <summary>A table in a vector.</summary>
    public FlatTable Table(int field, int index)
    {
        Check(TryVector(field, 4, out int start, out int count) && (uint)index < (uint)count);
        return new FlatTable(_bytes, Follow(start + (index * 4)), _name);
    }

    /// <summary>The elements of a vector of numbers.</summary>
    public int[] Int32s(int field)
    {
        ReadOnlySpan<byte> bytes = Structs(field, 4);
        int[] numbers = new int[bytes.Length / 4];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * 4)..]);
        return numbers;
    }

    /// <summary>The bytes of a vector of structs.</summary>
    public ReadOnlySpan<byte> Structs(int field, int elementBytes) =>
        TryVector(field, elementBytes, out int start, out int count) ? _bytes.Slice(start, count * elementBytes)
            : default;

    private int FieldAt(int field, int bytes)
    {
        int slot = 4 + (field * 2);
        if (slot + 2 > _vtableSize) return 0;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_vtable + slot)..]);
        if (offset == 0) return 0;
        Check(_start + offset + bytes <= _bytes.Length);
        return _start + offset;
    }

    private int Follow(int at)
    {
        Check(at <= _bytes.Length - 4);
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[at..]);
        Check(offset <= (uint)(_bytes.Length - at));
        return at + (int)offset;
    }

    private bool TryVector(int field, int elementBytes, out int start, out int count)
    {
        start = count = 0;
        int at = FieldAt(field, 4);
        if (at == 0) return false;
        int vector = Follow(at);
        Check(vector <= _bytes.Length - 4);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[vector..]);
        Check(length <= (uint)(_bytes.Length - vector - 4) / (uint)elementBytes);
        start = vector + 4;
        count = (int)length;
        return true;
    }

    private void Check(bool holds) => CorruptDataException.ThrowUnless(holds, "Arrow metadata", _name, _start);
}
