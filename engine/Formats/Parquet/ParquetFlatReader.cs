using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Parquet.Decoders;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// A column of single values: a slot per row. Text that the file has as a dictionary stays one, and integers become
/// narrow; everything else becomes flat. A batch that begins as codes and runs into a page without is made flat on the
/// way.
/// </summary>
internal sealed unsafe class ParquetFlatReader(ParquetLeafCursor cursor, string file, MemoryAccount account)
    : ParquetColumnReader
{
    private readonly ParquetLeaf _leaf = cursor.Leaf;
    private readonly int _sourceBytes = ParquetConverter.SourceBytes(cursor.Leaf);
    private readonly int _elementBytes = cursor.Leaf.Type.Physical.SizeBytes();
    private readonly bool _isCopy = ParquetConverter.IsCopy(cursor.Leaf);
    private NativeBuffer? _scratch;

    public override void Read(ColumnVector target, int rows)
    {
        EnsurePage();
        DictionaryDecoder? coded = CodedDecoder();
        Reset(target, coded?.Dictionary, rows);
        for (int row = 0; row < rows;)
        {
            EnsurePage();
            if (coded is not null && CodedDecoder() != coded)
            {
                MakeFlat(target, row, rows);
                coded = null;
            }
            int part = Math.Min(rows - row, cursor.SlotsLeft);
            int values = ReadValidity(target, row, part, rows);
            int laneBytes = target.Lane.SizeBytes();
            if (coded is null) ReadValues(target, row, values);
            else ReadCoded(target, coded, target.Data + ((long)row * laneBytes), values);
            Spread(target, row, part, values, laneBytes);
            cursor.Take(part);
            row += part;
        }
    }

    public override void Skip(long rows) => cursor.SkipFlat(rows);

    public override void ExpectEnd() => CorruptDataException.ThrowUnless(
        cursor.SlotsLeft == 0 && !cursor.NextPage(),
        $"Parquet column {_leaf.Path} has more values than the row group has rows", file, 0);

    public override void Dispose()
    {
        cursor.Dispose();
        _scratch?.Release();
        _scratch = null;
    }

    private void EnsurePage()
    {
        if (cursor.SlotsLeft > 0) return;
        CorruptDataException.ThrowUnless(cursor.NextPage(), $"Parquet column {_leaf.Path} ends early", file, 0);
    }

    /// <summary>The decoder of pages whose rows stay codes, or become offsets of a narrow lane.</summary>
    private DictionaryDecoder? CodedDecoder() =>
        cursor.Decoder is DictionaryDecoder { Dictionary: { Shared: not null } or { Narrow: not null } } decoder
            ? decoder : null;

    private static void Reset(ColumnVector target, ParquetDictionary? dictionary, int rows)
    {
        if (dictionary?.Shared is { } shared)
            target.ResetDictionary(DictionaryDecoder.LaneOf(dictionary.Count), shared, rows);
        else if (dictionary?.Narrow is { } narrow) target.ResetNarrow(narrow.Lane, narrow.Base, rows);
        else target.ResetFlat(rows);
        target.Count = rows;
    }

    private static void ReadCoded(ColumnVector target, DictionaryDecoder coded, byte* lanes, int count)
    {
        if (coded.Dictionary.Narrow is not null)
        {
            coded.ReadNarrow(lanes, count);
            return;
        }
        coded.ReadCodes(lanes, count);
        coded.Dictionary.KeepAlive(target);
    }

    /// <summary>Reads definition levels as validity of the rows; returns how many have a value.</summary>
    private int ReadValidity(ColumnVector target, int row, int count, int capacity)
    {
        int max = _leaf.MaxDefinition;
        if (max == 0) return count;
        RunReader levels = cursor.Definitions;
        if (levels.PeekRun(out uint level) >= count)
        {
            levels.Skip(count);
            if (level == (uint)max) return count;
        }
        else if (max == 1)
        {
            return levels.ReadBits(Validity(target, capacity), row, count);
        }
        else
        {
            return ReadLevels(Validity(target, capacity), row, count);
        }
        ulong* words = Validity(target, capacity);
        for (int i = row; i < row + count; i++) words[i >> 6] &= ~(1UL << i);
        return 0;
    }

    // A value inside of structs that may be NULL is there when all of its path is.
    private int ReadLevels(ulong* words, int row, int count)
    {
        byte* levels = stackalloc byte[Batch.MaxRows + 64];
        int values = 0;
        for (int part; count > 0; count -= part, row += part)
        {
            part = Math.Min(count, Batch.MaxRows);
            cursor.Definitions.Read(levels, part);
            for (int i = 0; i < part; i++)
            {
                if (levels[i] == _leaf.MaxDefinition) values++;
                else words[(row + i) >> 6] &= ~(1UL << (row + i));
            }
        }
        return values;
    }

    private static ulong* Validity(ColumnVector target, int capacity) =>
        target.HasNulls ? target.Validity : target.BeginValidity(capacity);

    private void ReadValues(ColumnVector target, int row, int count)
    {
        byte* elements = target.Data + ((long)row * _elementBytes);
        ParquetDecoder decoder = cursor.Decoder;
        if (_isCopy || decoder.GivesElements)
        {
            decoder.Read(elements, count);
            if (_leaf.Type.Physical != PhysicalType.Utf8) return;
            if (_leaf.Conversion == ParquetConversion.Text && decoder.NeedsTextCheck)
            {
                ParquetDictionary.CheckText((Utf8View*)elements, count, cursor.Page!, _leaf);
            }
            target.KeepAlive(decoder.Heap ?? cursor.Page!.Buffer);
            return;
        }
        byte* source = Scratch((long)count * _sourceBytes);
        decoder.Read(source, count);
        ParquetConverter.Convert(_leaf, source, elements, count, cursor.Page!);
    }

    private byte* Scratch(long bytes)
    {
        if (_scratch is null || _scratch.Length < bytes)
        {
            _scratch?.Release();
            _scratch = null;
            _scratch = NativeBuffer.Allocate(Math.Max(bytes, (long)Batch.MaxRows * _sourceBytes), account);
        }
        return _scratch.Pointer;
    }

    // Values were written one behind the other; from the last on they move to their rows, and NULLs become zeros.
    private static void Spread(ColumnVector target, int row, int count, int values, int width)
    {
        if (values == count) return;
        byte* elements = target.Data + ((long)row * width);
        ulong* validity = target.Validity;
        switch (width)
        {
            case 1: Spread(elements, validity, row, count, values); break;
            case 2: Spread((ushort*)elements, validity, row, count, values); break;
            case 4: Spread((uint*)elements, validity, row, count, values); break;
            case 8: Spread((ulong*)elements, validity, row, count, values); break;
            default: Spread((UInt128*)elements, validity, row, count, values); break;
        }
    }

    private static void Spread<T>(T* elements, ulong* validity, int row, int count, int values) where T : unmanaged
    {
        for (int i = count - 1; i >= 0; i--)
        {
            bool isValid = (validity[(row + i) >> 6] >> (row + i) & 1) != 0;
            elements[i] = isValid ? elements[--values] : default;
        }
    }

    /// <summary>Writes out the first rows, of which there are codes or offsets.</summary>
    private void MakeFlat(ColumnVector target, int done, int rows)
    {
        int laneBytes = target.Lane.SizeBytes();
        // The rows to come get a code that exists.
        new Span<byte>(target.Data + ((long)done * laneBytes), (rows - done) * laneBytes).Clear();
        using ColumnVector coded = new(target.Type, account);
        coded.ShareFrom(target);
        coded.Flatten(target);
    }
}
