using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Protocol.Batches;

/// <summary>
/// Reads the batches of one stream from the bodies of its data frames. A body is copied once, into native memory that
/// the vectors point into and keep alive; dictionaries live until the reader is disposed of.
/// </summary>
internal sealed unsafe class BatchReader : IDisposable
{
    private readonly Schema _schema;
    private readonly MemoryAccount _account;
    private readonly MemoryAccount? _dictionaryAccount;
    private readonly string _name;
    private readonly List<VectorDictionary> _dictionaries = [];
    private NativeBuffer? _body;
    private int _position;

    /// <summary>Begins a stream.</summary>
    /// <param name="schema">The columns that both ends have agreed on.</param>
    /// <param name="account">Where the memory is counted.</param>
    /// <param name="name">The sender, for errors.</param>
    /// <param name="dictionaryAccount">
    /// Where dictionaries are counted that must live longer than the stream, because codes are kept: they are left to
    /// the garbage collector then, so the account must be one that is never closed. Null: they end with the reader.
    /// </param>
    public BatchReader(
        Schema schema, MemoryAccount account, string name, MemoryAccount? dictionaryAccount = null)
    {
        _schema = schema;
        _account = account;
        _dictionaryAccount = dictionaryAccount;
        _name = name;
    }

    /// <summary>Takes the body of the next data frame; the caller may free it afterwards.</summary>
    /// <exception cref="QueryException">53200: the memory limit is reached.</exception>
    public void Open(ReadOnlySpan<byte> body)
    {
        _body?.Release();
        _body = null;
        _body = NativeBuffer.Allocate(body.Length, _account);
        body.CopyTo(_body.Span);
        _position = 0;
    }

    /// <summary>
    /// Takes the body of the next data frame where it lies; the caller's reference becomes the reader's.
    /// </summary>
    public void Open(NativeBuffer body)
    {
        _body?.Release();
        _body = body;
        _position = 0;
    }

    /// <summary>
    /// Reads the next batch of the body into vectors of the schema's types; false when there is none. The batch is
    /// valid until it is read into again; who keeps a vector longer shares it.
    /// </summary>
    /// <exception cref="CorruptDataException">The bytes are no batch of this schema.</exception>
    public bool TryRead(Batch target)
    {
        if (_body is null || _position == _body.Length) return false;
        ByteReader source = new(_body.Span, _name, FrameHeader.Size);
        source.Seek(_position);
        int rowCount = source.ReadCount(Batch.MaxRows);
        source.ThrowUnless(source.ReadUInt16() == _schema.Count, "column count");
        source.ThrowUnless(source.ReadByte() == WireVector.Version, "version of a batch");
        source.ThrowUnless(source.ReadByte() == 0, "batch header");
        target.Reset();
        foreach (ColumnVector column in target.Columns) ReadVector(ref source, column, rowCount);
        target.Count = rowCount;
        _position = source.Position;
        return true;
    }

    /// <summary>
    /// Frees the last body, and the dictionaries unless they live longer; vectors that were read are dead.
    /// </summary>
    public void Dispose()
    {
        _body?.Release();
        _body = null;
        if (_dictionaryAccount is null)
        {
            foreach (VectorDictionary dictionary in _dictionaries) dictionary.Dispose();
        }
        _dictionaries.Clear();
    }

    private void ReadVector(ref ByteReader source, ColumnVector target, int rowCount, bool isDictionary = false)
    {
        LogicalType type = target.Type;
        byte shapeNumber = source.ReadByte();
        source.ThrowUnless(shapeNumber <= (byte)VectorShape.Narrow, "shape of a vector");
        VectorShape shape = (VectorShape)shapeNumber;
        PhysicalType lane = (PhysicalType)source.ReadByte();
        byte parts = source.ReadByte();
        int width = source.ReadByte();
        source.ThrowUnless(source.ReadInt32() == rowCount, "row count of a vector");
        bool isLane = shape switch
        {
            VectorShape.Dictionary => WireVector.IsCodeLane(lane),
            VectorShape.Narrow => WireVector.IsNarrowLane(lane, type),
            _ => lane == type.Physical,
        };
        source.ThrowUnless(isLane, "lane of a vector");
        source.ThrowUnless(
            parts <= 3 && (parts < WireVector.HasValues || shape == VectorShape.Dictionary)
            && (parts == 0 || type.Kind != TypeKind.Null), "parts of a vector");
        // The values of a dictionary are plain: no codes in turn, and none without a value.
        source.ThrowUnless(!isDictionary || (shape == VectorShape.Flat && parts == 0), "values of a dictionary");

        VectorDictionary? dictionary = null;
        Int128 valueBase = 0;
        if (shape == VectorShape.Dictionary) dictionary = ReadDictionary(ref source, type, parts);
        if (shape == VectorShape.Narrow) valueBase = ReadBase(ref source, type);
        int count = WireVector.ElementCount(shape, rowCount);
        ulong* validity = (parts & WireVector.HasValidity) == 0
            ? null
            : (ulong*)Take(ref source, (long)(count + 63) / 64 * sizeof(ulong));
        source.ThrowUnless(width == 0 || lane == PhysicalType.Utf8, "width of lengths");

        switch (lane)
        {
            case PhysicalType.Utf8:
                Begin(target, shape, rowCount, validity);
                ReadTexts(ref source, target, count, width, isDictionary);
                break;
            case PhysicalType.List:
                Begin(target, shape, rowCount, validity);
                int elementCount = ReadLists(ref source, (ListView*)target.Data, count);
                ReadVector(ref source, target.Children[0], elementCount);
                break;
            case PhysicalType.Struct:
                Begin(target, shape, rowCount, validity);
                foreach (ColumnVector child in target.Children) ReadVector(ref source, child, count);
                break;
            case PhysicalType.Array:
                Begin(target, shape, rowCount, validity);
                long elements = (long)count * type.Length;
                source.ThrowUnless(elements <= WireVector.MaxElements, "number of elements");
                ReadVector(ref source, target.Children[0], (int)elements);
                break;
            default:
                byte* data = Take(ref source, (long)count * lane.SizeBytes());
                CheckElements(ref source, type, lane, dictionary, data, count);
                if (isDictionary)
                {
                    // Not part of the body, which would live as long as they do.
                    target.ResetFlat(Math.Max(count, 1));
                    target.Count = count;
                    int bytes = count * lane.SizeBytes();
                    new ReadOnlySpan<byte>(data, bytes).CopyTo(new Span<byte>(target.Data, bytes));
                    break;
                }
                target.ResetBorrowed(shape, lane, data, validity, rowCount, _body, dictionary, valueBase);
                break;
        }
    }

    /// <summary>
    /// Makes a vector with elements of its own, for those that are addresses here and lengths on the wire.
    /// </summary>
    private static void Begin(ColumnVector target, VectorShape shape, int rowCount, ulong* validity)
    {
        int count = WireVector.ElementCount(shape, rowCount);
        if (shape == VectorShape.Constant) target.ResetConstant(rowCount);
        else target.ResetFlat(Math.Max(count, 1));
        target.Count = rowCount;
        if (validity is null) return;
        int wordCount = (count + 63) / 64;
        new ReadOnlySpan<ulong>(validity, wordCount)
            .CopyTo(new Span<ulong>(target.BeginValidity(Math.Max(count, 1)), wordCount));
    }

    private VectorDictionary ReadDictionary(ref ByteReader source, LogicalType type, byte parts)
    {
        source.ThrowUnless(!type.IsNested && type.Kind != TypeKind.Null, "type of a dictionary");
        int number = source.ReadCount(WireVector.MaxDictionaries - 1);
        uint flags = source.ReadUInt32();
        source.ThrowUnless(flags <= WireVector.IsSorted, "flags of a dictionary");
        if ((parts & WireVector.HasValues) == 0)
        {
            source.ThrowUnless(
                number < _dictionaries.Count && _dictionaries[number].Values.Type.Equals(type),
                "number of a dictionary");
            return _dictionaries[number];
        }
        source.ThrowUnless(number == _dictionaries.Count, "number of a new dictionary");
        // The number of values lies in the vector that follows.
        ByteReader ahead = source;
        ahead.Skip(4);
        int count = ahead.ReadCount(WireVector.MaxDictionaryCount);
        ColumnVector values = new(type, _dictionaryAccount ?? _account);
        VectorDictionary dictionary = new(values, (flags & WireVector.IsSorted) != 0);
        try
        {
            ReadVector(ref source, values, count, isDictionary: true);
        }
        catch
        {
            dictionary.Dispose();
            throw;
        }
        _dictionaries.Add(dictionary);
        return dictionary;
    }

    private static Int128 ReadBase(ref ByteReader source, LogicalType type)
    {
        Int128 valueBase = source.ReadInt128();
        source.ThrowUnless(WireVector.CanBeNarrow(type), "type of a narrow vector");
        int bits = type.Physical.SizeBytes() * 8;
        bool fits = bits == 128 || (type.Physical.IsUnsigned()
            ? valueBase >= 0 && valueBase < (Int128)1 << bits
            : valueBase >= -((Int128)1 << (bits - 1)) && valueBase < (Int128)1 << (bits - 1));
        source.ThrowUnless(fits, "base of a narrow vector");
        return valueBase;
    }

    /// <summary>Refuses elements that code relies on to be in range.</summary>
    private static void CheckElements(
        ref ByteReader source, LogicalType type, PhysicalType lane, VectorDictionary? dictionary, byte* data, int count)
    {
        if (dictionary is not null) source.ThrowUnless(Max(data, lane, count) < dictionary.Count, "dictionary code");
        else if (type.Kind == TypeKind.Boolean) source.ThrowUnless(Max(data, lane, count) <= 1, "boolean");
        else if (type.Kind == TypeKind.Enum) source.ThrowUnless(Max(data, lane, count) < type.Labels.Length, "label");
    }

    /// <summary>The largest of some unsigned elements, or -1.</summary>
    private static long Max(byte* data, PhysicalType lane, int count)
    {
        long max = -1;
        switch (lane)
        {
            case PhysicalType.UInt8:
                for (int i = 0; i < count; i++) max = Math.Max(max, data[i]);
                break;
            case PhysicalType.UInt16:
                for (int i = 0; i < count; i++) max = Math.Max(max, ((ushort*)data)[i]);
                break;
            default:
                for (int i = 0; i < count; i++) max = Math.Max(max, ((uint*)data)[i]);
                break;
        }
        return max;
    }

    private void ReadTexts(ref ByteReader source, ColumnVector target, int count, int width, bool isDictionary)
    {
        source.ThrowUnless(width is 1 or 2 or 4, "width of lengths");
        byte* lengths = Take(ref source, (long)count * width);
        int totalLength = source.ReadCount(RpcLimits.MaxBodyBytes);
        source.ThrowUnless(source.ReadInt32() == 0, "header of texts");
        byte* texts = Take(ref source, totalLength);
        bool isText = target.Type.Kind != TypeKind.Blob;
        if (isText)
        {
            source.ThrowUnless(
                System.Text.Unicode.Utf8.IsValid(new ReadOnlySpan<byte>(texts, totalLength)), "UTF-8 text");
        }
        if (isDictionary && totalLength > 0)
        {
            NativeBuffer own = NativeBuffer.Allocate(totalLength, _dictionaryAccount ?? _account);
            new ReadOnlySpan<byte>(texts, totalLength).CopyTo(own.Span);
            texts = own.Pointer;
            target.KeepAlive(own);
            own.Release();
        }
        Utf8View* views = (Utf8View*)target.Data;
        bool isCut = width switch
        {
            1 => Cut(ref source, lengths, count, texts, totalLength, views),
            2 => Cut(ref source, (ushort*)lengths, count, texts, totalLength, views),
            _ => Cut(ref source, (uint*)lengths, count, texts, totalLength, views),
        };
        // All texts together are UTF-8, so each is when none begins in the middle of a character.
        source.ThrowUnless(!isText || !isCut, "UTF-8 text");
        if (!isDictionary) target.KeepAlive(_body!);
    }

    /// <summary>
    /// Makes the views of texts that lie one behind the other; true where one begins with a byte that continues a
    /// character. Bytes past the last text are readable, as those of every buffer.
    /// </summary>
    private static bool Cut<T>(
        ref ByteReader source, T* lengths, int count, byte* texts, int totalLength, Utf8View* views)
        where T : unmanaged, IBinaryInteger<T>
    {
        // Checked as a whole first, so that no view leaves the texts.
        long total = 0;
        for (int i = 0; i < count; i++) total += uint.CreateTruncating(lengths[i]);
        source.ThrowUnless(total == totalLength, "lengths of texts");
        byte* at = texts;
        bool isCut = false;
        for (int i = 0; i < count; i++)
        {
            int length = int.CreateTruncating(lengths[i]);
            isCut |= length > 0 && (*at & 0xC0) == 0x80;
            views[i] = Utf8View.FromPadded(at, length);
            at += length;
        }
        return isCut;
    }

    private int ReadLists(ref ByteReader source, ListView* lists, int count)
    {
        uint* lengths = (uint*)Take(ref source, (long)count * sizeof(uint));
        long at = 0;
        for (int i = 0; i < count; i++)
        {
            source.ThrowUnless(at + lengths[i] <= WireVector.MaxElements, "length of a list");
            lists[i] = new ListView((int)at, (int)lengths[i]);
            at += lengths[i];
        }
        return (int)at;
    }

    /// <summary>The address of the next bytes, past which the reader goes on at a multiple of 8.</summary>
    private byte* Take(ref ByteReader source, long length)
    {
        source.ThrowUnless(length <= source.Remaining, "end of a batch");
        byte* start = _body!.Pointer + source.Position;
        source.Skip((int)length);
        source.Skip(Math.Min(-source.Position & 7, source.Remaining));
        return start;
    }
}
