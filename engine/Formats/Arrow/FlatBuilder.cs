using System.Buffers.Binary;
using System.Text;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>
/// Writes a FlatBuffer, back to front as the format wants it: what a table points at lies behind it. Places are told by
/// their distance from the end.
/// </summary>
internal sealed class FlatBuilder
{
    private byte[] _bytes = new byte[1024];
    private int _next = 1024;
    private int[] _fields = [];
    private int _tableStart;

    private int Used => _bytes.Length - _next;

    /// <summary>Writes a text; returns its place.</summary>
    public int Text(string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        Align(4, utf8.Length + 1);
        Take(1)[0] = 0;
        utf8.CopyTo(Take(utf8.Length));
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), utf8.Length);
        return Used;
    }

    /// <summary>Writes a vector of tables or texts by their places.</summary>
    public int Vector(IReadOnlyList<int> places)
    {
        Align(4, places.Count * 4);
        for (int i = places.Count - 1; i >= 0; i--) PutOffset(places[i]);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), places.Count);
        return Used;
    }

    /// <summary>Writes a vector of structs or numbers whose parts are at most eight bytes.</summary>
    public int Structs(ReadOnlySpan<byte> bytes, int count)
    {
        Align(4, bytes.Length);
        Align(8, bytes.Length);
        bytes.CopyTo(Take(bytes.Length));
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), count);
        return Used;
    }

    /// <summary>Begins a table of so many fields; what it points at has been written.</summary>
    public void Begin(int fieldCount)
    {
        _fields = new int[fieldCount];
        _tableStart = Used;
    }

    public void Byte(int field, byte value)
    {
        Take(1)[0] = value;
        _fields[field] = Used;
    }

    public void Int16(int field, short value)
    {
        Align(2, 0);
        BinaryPrimitives.WriteInt16LittleEndian(Take(2), value);
        _fields[field] = Used;
    }

    public void Int32(int field, int value)
    {
        Align(4, 0);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
        _fields[field] = Used;
    }

    public void Int64(int field, long value)
    {
        Align(8, 0);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        _fields[field] = Used;
    }

    /// <summary>A field that points at a table, text or vector.</summary>
    public void Offset(int field, int place)
    {
        PutOffset(place);
        _fields[field] = Used;
    }

    /// <summary>Ends the table; returns its place.</summary>
    public int End()
    {
        Align(4, 0);
        Take(4);
        int table = Used;
        for (int i = _fields.Length - 1; i >= 0; i--)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Take(2), (ushort)(_fields[i] == 0 ? 0 : table - _fields[i]));
        }
        BinaryPrimitives.WriteUInt16LittleEndian(Take(2), (ushort)(table - _tableStart));
        BinaryPrimitives.WriteUInt16LittleEndian(Take(2), (ushort)(4 + (_fields.Length * 2)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_bytes.Length - table), Used - table);
        return table;
    }

    /// <summary>The whole buffer, with the offset of its root before it.</summary>
    public ReadOnlySpan<byte> Finish(int root)
    {
        Align(8, 4);
        PutOffset(root);
        return _bytes.AsSpan(_next);
    }

    private void PutOffset(int place)
    {
        Align(4, 0);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), Used - place);
    }

    // Fills up so that what begins after so many bytes is aligned.
    private void Align(int to, int after)
    {
        int padding = -(Used + after) & (to - 1);
        Take(padding).Clear();
    }

    private Span<byte> Take(int count)
    {
        while (count > _next)
        {
            byte[] grown = new byte[_bytes.Length * 2];
            _bytes.CopyTo(grown, _bytes.Length);
            _next += _bytes.Length;
            _bytes = grown;
        }
        _next -= count;
        return _bytes.AsSpan(_next, count);
    }
}
