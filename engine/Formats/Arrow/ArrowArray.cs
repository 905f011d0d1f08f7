using System.Buffers.Binary;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Bytes of one buffer of an array, kept alive by their batch.</summary>
internal readonly unsafe record struct ArrowBuffer(nint Address, long Length)
{
    public byte* Pointer => (byte*)Address;
}

/// <summary>
/// One column of a record batch, or a part of one, where its buffers lie. Counts are checked when it is read.
/// </summary>
internal sealed class ArrowArray(
    ArrowField describedBy, long length, long nullCount, ArrowBuffer[] buffers, ArrowArray[] children)
{
    public ArrowField Field => describedBy;

    /// <summary>Rows in the buffers, those before <see cref="Offset"/> too.</summary>
    public long Length => length;

    /// <summary>Rows of the buffers that are passed over: row i is their row <c>Offset + i</c>.</summary>
    public long Offset { get; init; }

    /// <summary>The values of codes, where they are handed out with them.</summary>
    public ArrowArray? Dictionary { get; init; }

    public long NullCount => nullCount;

    public ArrowBuffer[] Buffers => buffers;

    public ArrowArray[] Children => children;
}

/// <summary>A record batch in memory.</summary>
internal sealed class ArrowBatch(ArrowArray[] columns, long rowCount, List<NativeBuffer> owners) : IDisposable
{
    /// <summary>
    /// True when <see cref="NativeBuffer.PaddingBytes"/> can be read after each buffer, as our kernels like to do.
    /// </summary>
    public bool IsPadded { get; init; } = true;

    /// <summary>True when vectors must not point into it, since nobody can say how long they live.</summary>
    public bool IsCopied { get; init; }

    public ArrowArray[] Columns => columns;

    public long RowCount => rowCount;

    /// <summary>The memory that the columns lie in.</summary>
    public IReadOnlyList<NativeBuffer> Owners => owners;

    public void Dispose()
    {
        foreach (NativeBuffer owner in owners) owner.Release();
    }
}

/// <summary>Finds the arrays of a record batch in its body: depth first, buffers in order.</summary>
internal ref struct ArrowBatchParser
{
    private readonly FlatTable _batch;
    private readonly NativeBuffer _body;
    private readonly string _source;
    private readonly MemoryAccount _account;
    private readonly List<NativeBuffer> _owners;
    private readonly ReadOnlySpan<byte> _nodes;
    private readonly ReadOnlySpan<byte> _buffers;
    private readonly ReadOnlySpan<byte> _variadicCounts;
    private readonly int _codec;
    private readonly long _bodyLength;
    private readonly bool _isBigEndian;
    private readonly bool _hasUnionValidity;
    private int _nextNode;
    private int _nextBuffer;
    private int _nextVariadic;

    private ArrowBatchParser(FlatTable batch, ArrowMessage message, string source, MemoryAccount account)
    {
        _batch = batch;
        _isBigEndian = message.IsBigEndian;
        _hasUnionValidity = message.HasUnionValidity;
        _bodyLength = message.BodyLength;
        _source = source;
        _account = account;
        _nodes = batch.Structs(1, 16);
        _buffers = batch.Structs(2, 16);
        _variadicCounts = batch.Structs(4, 8);
        _codec = batch.Has(3) ? batch.Table(3).Byte(0) : -1;
        Check(_codec is -1 or 0 or 1, "compression");
        Check(_codec < 0 || batch.Table(3).Byte(1) == 0, "compression method");
        _body = message.TakeBody();
        _owners = [_body];
    }

    /// <summary>Parses a batch; the message's body is the batch's from then on.</summary>
    public static ArrowBatch Parse(
        FlatTable batch, ArrowField[] fields, ArrowMessage message, string source, MemoryAccount account)
    {
        ArrowBatchParser parser = new(batch, message, source, account);
        try
        {
            long rows = batch.Int64(0);
            parser.Check(rows >= 0, "number of rows");
            ArrowArray[] columns = new ArrowArray[fields.Length];
            for (int i = 0; i < fields.Length; i++)
            {
                columns[i] = parser.Next(fields[i], isIndex: fields[i].DictionaryId is not null);
                parser.Check(columns[i].Length == rows, "length of a column");
            }
            return new ArrowBatch(columns, rows, parser._owners);
        }
        catch
        {
            foreach (NativeBuffer owner in parser._owners) owner.Release();
            throw;
        }
    }

    private ArrowArray Next(ArrowField field, bool isIndex)
    {
        Check(_nextNode < _nodes.Length / 16, "number of nodes");
        ReadOnlySpan<byte> node = _nodes.Slice(_nextNode++ * 16, 16);
        long length = BinaryPrimitives.ReadInt64LittleEndian(node),
            nulls = BinaryPrimitives.ReadInt64LittleEndian(node[8..]);
        Check(length is >= 0 and <= int.MaxValue && nulls >= 0 && nulls <= length, "length of an array");
        if (!isIndex && field.Kind == ArrowKind.Union && _hasUnionValidity) NextBuffer();
        ArrowBuffer[] buffers = new ArrowBuffer[isIndex ? 2 : ArrowLayout.BufferCountOf(field)];
        for (int i = 0; i < buffers.Length; i++) buffers[i] = NextBuffer();
        if (_isBigEndian) ArrowLayout.TurnBytes(field, isIndex, buffers);
        if (!isIndex && field.Kind is ArrowKind.BinaryView or ArrowKind.Utf8View) buffers = AddVariadic(buffers);
        ArrowArray[] children = isIndex ? [] : new ArrowArray[field.Children.Length];
        for (int i = 0; i < children.Length; i++)
        {
            ArrowField child = field.Children[i];
            children[i] = Next(child, isIndex: child.DictionaryId is not null);
        }
        return new ArrowArray(field, length, nulls, buffers, children);
    }

    private ArrowBuffer[] AddVariadic(ArrowBuffer[] buffers)
    {
        Check(_nextVariadic < _variadicCounts.Length / 8, "number of view buffers");
        long count = BinaryPrimitives.ReadInt64LittleEndian(_variadicCounts[(_nextVariadic++ * 8)..]);
        Check(count >= 0 && count <= _buffers.Length / 16, "number of view buffers");
        ArrowBuffer[] all = new ArrowBuffer[buffers.Length + count];
        buffers.CopyTo(all, 0);
        for (int i = buffers.Length; i < all.Length; i++) all[i] = NextBuffer();
        return all;
    }

    private unsafe ArrowBuffer NextBuffer()
    {
        Check(_nextBuffer < _buffers.Length / 16, "number of buffers");
        ReadOnlySpan<byte> place = _buffers.Slice(_nextBuffer++ * 16, 16);
        long offset = BinaryPrimitives.ReadInt64LittleEndian(place),
            length = BinaryPrimitives.ReadInt64LittleEndian(place[8..]);
        Check(offset >= 0 && length >= 0 && offset <= _bodyLength && length <= _bodyLength - offset,
            "place of a buffer");
        byte* start = _body.Pointer + offset;
        if (_codec < 0 || length == 0) return new ArrowBuffer((nint)start, length);
        Check(length >= 8, "compressed buffer");
        long plain = BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(start, 8));
        if (plain == -1) return new ArrowBuffer((nint)(start + 8), length - 8);
        long packed = length - 8;
        long most = _codec == 0 ? (packed * 256) + 64 : (packed * 65_536) + 64;
        Check(plain >= 0 && plain <= Math.Min(most, int.MaxValue) && packed <= int.MaxValue,
            "length of a compressed buffer");
        NativeBuffer target = NativeBuffer.Allocate(Math.Max(plain, 1), _account);
        _owners.Add(target);
        ReadOnlySpan<byte> source = new(start + 8, (int)packed);
        Span<byte> decompressed = new(target.Pointer, (int)plain);
        Check(_codec == 0 ? Lz4.TryDecompressFrames(source, decompressed) : Zstd.TryDecompress(source, decompressed),
            "compressed buffer");
        return new ArrowBuffer((nint)target.Pointer, plain);
    }

    private readonly void Check(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, "Arrow " + what, _source, 0);
}
