using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>The slots of one leaf for some rows: levels as bytes, and the values that are there.</summary>
internal sealed unsafe class ParquetSlots(ParquetLeafCursor cursor, MemoryAccount account) : IDisposable
{
    /// <summary>The most slots of the rows of one batch; offsets into child vectors have 32 bits.</summary>
    private const int MaxSlots = 1 << 28;

    private readonly int _sourceBytes = ParquetConverter.SourceBytes(cursor.Leaf);
    private readonly int _elementBytes = cursor.Leaf.Type.Physical.SizeBytes();
    private readonly List<NativeBuffer> _heaps = [];
    private NativeBuffer? _definitions;
    private NativeBuffer? _repetitions;
    private NativeBuffer? _values;
    private NativeBuffer? _scratch;
    private NativeBuffer? _pageDefinitions;
    private NativeBuffer? _pageRepetitions;
    private ParquetPage? _page;
    private int _pageNext;
    private int _count;
    private int _valueCount;

    /// <summary>The leaf.</summary>
    public ParquetLeaf Leaf => cursor.Leaf;

    private byte* Definitions => _definitions!.Pointer;

    private byte* Repetitions => _repetitions!.Pointer;

    /// <summary>Reads the slots and values of the next rows.</summary>
    public void ReadRows(int rows, string file)
    {
        _count = _valueCount = 0;
        foreach (NativeBuffer heap in _heaps) heap.Release();
        _heaps.Clear();
        TakeRows(rows, file, keepsValues: true);
    }

    /// <summary>Passes over rows.</summary>
    public void SkipRows(int rows, string file)
    {
        _count = _valueCount = 0;
        TakeRows(rows, file, keepsValues: false);
    }

    public void ExpectEnd(string file) => CorruptDataException.ThrowUnless(
        PageLeft == 0 && !cursor.NextPage(), $"Parquet column {Leaf.Path} has more values than the row group has rows",
        file, 0);

    /// <summary>Marks the instances that are NULL; returns how many instances there are.</summary>
    public int MarkNulls(ColumnVector target, int repetition, int place, int definition, int capacity)
    {
        int instance = 0;
        for (int slot = 0; slot < _count; slot++)
        {
            if (Repetitions[slot] > repetition || Definitions[slot] < place) continue;
            if (instance == capacity) return capacity + 1;
            if (Definitions[slot] < definition) target.SetNull(instance, capacity);
            instance++;
        }
        return instance;
    }

    /// <summary>
    /// Writes where each list begins and how many elements it has; returns how many there are in all.
    /// </summary>
    public int FillLists(ColumnVector target, int repetition, int place, ParquetNode list, int capacity)
    {
        ListView* views = target.As<ListView>();
        int instance = -1, elements = 0, start = 0;
        for (int slot = 0; slot < _count; slot++)
        {
            int level = Repetitions[slot], definition = Definitions[slot];
            if (definition < place) continue;
            if (level <= repetition)
            {
                if (instance >= 0) views[instance] = new ListView(start, elements - start);
                instance++;
                start = elements;
            }
            if (level <= list.ElementRepetition && definition >= list.ElementDefinition) elements++;
        }
        if (instance >= 0) views[instance] = new ListView(start, elements - start);
        return elements;
    }

    /// <summary>Writes the values, with NULLs between them; returns how many instances there are.</summary>
    public int Fill(ColumnVector target, int repetition, int place, int capacity)
    {
        target.ResetFlat(Math.Max(capacity, 1));
        target.Count = capacity;
        foreach (NativeBuffer heap in _heaps) target.KeepAlive(heap);
        int instance = 0, value = 0, max = Leaf.MaxDefinition, width = _elementBytes;
        byte* elements = target.Data;
        for (int slot = 0; slot < _count; slot++)
        {
            bool isInstance = Repetitions[slot] <= repetition && Definitions[slot] >= place;
            bool hasValue = Definitions[slot] == max;
            if (!isInstance)
            {
                value += hasValue ? 1 : 0;
                continue;
            }
            if (instance == capacity) return capacity + 1;
            if (hasValue)
            {
                Copy(_values!.Pointer + ((long)value++ * width), elements + ((long)instance * width), width);
            }
            else
            {
                new Span<byte>(elements + ((long)instance * width), width).Clear();
                target.SetNull(instance, capacity);
            }
            instance++;
        }
        return instance;
    }

    public void Dispose()
    {
        cursor.Dispose();
        foreach (NativeBuffer heap in _heaps) heap.Release();
        _heaps.Clear();
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_definitions, _repetitions, _values, _scratch,
            _pageDefinitions, _pageRepetitions])
        {
            buffer?.Release();
        }
        _definitions = _repetitions = _values = _scratch = _pageDefinitions = _pageRepetitions = null;
    }

    private int PageLeft => cursor.SlotsLeft;

    // A row ends where the next begins, which may be in a later page.
    private void TakeRows(int rows, string file, bool keepsValues)
    {
        int begun = 0;
        while (true)
        {
            if (PageLeft == 0 && !NextPage())
            {
                CorruptDataException.ThrowUnless(begun == rows, $"Parquet column {Leaf.Path} ends early", file, 0);
                return;
            }
            byte* repetitions = _pageRepetitions!.Pointer + _pageNext;
            int slots = 0, left = PageLeft;
            // A value before the first row would belong to none.
            cursor.Page!.ThrowUnless(
                begun > 0 || left == 0 || repetitions[0] == 0, $"first repetition level of column {Leaf.Path}");
            while (slots < left)
            {
                if (repetitions[slots] == 0 && begun++ == rows) break;
                slots++;
            }
            TakeSlots(slots, keepsValues);
            if (slots < left) return;
            // A column that is not repeated ends its rows with its slots.
            if (begun == rows && Leaf.MaxRepetition == 0) return;
        }
    }

    private bool NextPage()
    {
        if (!cursor.NextPage()) return false;
        _page = cursor.Page;
        _pageNext = 0;
        int count = cursor.SlotsLeft;
        _pageDefinitions = Grow(_pageDefinitions, 0, count, 1);
        _pageRepetitions = Grow(_pageRepetitions, 0, count, 1);
        ReadLevels(cursor.Definitions, _pageDefinitions.Pointer, count, Leaf.MaxDefinition);
        ReadLevels(cursor.Repetitions, _pageRepetitions.Pointer, count, Leaf.MaxRepetition);
        return true;
    }

    private void ReadLevels(RunReader levels, byte* target, int count, int max)
    {
        if (max == 0)
        {
            new Span<byte>(target, count).Clear();
            return;
        }
        levels.Read(target, count);
        bool isValid = new ReadOnlySpan<byte>(target, count).IndexOfAnyExceptInRange((byte)0, (byte)max) < 0;
        _page!.ThrowUnless(isValid, $"level of column {Leaf.Path}");
    }

    private void TakeSlots(int slots, bool keepsValues)
    {
        ReadOnlySpan<byte> definitions = new(_pageDefinitions!.Pointer + _pageNext, slots);
        int values = definitions.Count((byte)Leaf.MaxDefinition);
        if (keepsValues)
        {
            _page!.ThrowUnless(_count + (long)slots <= MaxSlots,
                $"more values of column {Leaf.Path} in {Batch.MaxRows} rows than can be read");
            _definitions = Grow(_definitions, _count, slots, 1);
            _repetitions = Grow(_repetitions, _count, slots, 1);
            definitions.CopyTo(new Span<byte>(Definitions + _count, slots));
            new ReadOnlySpan<byte>(_pageRepetitions!.Pointer + _pageNext, slots).CopyTo(
                new Span<byte>(Repetitions + _count, slots));
            ReadValues(values);
            _count += slots;
        }
        else
        {
            cursor.Decoder.Skip(values);
        }
        _pageNext += slots;
        cursor.Take(slots);
    }

    private void ReadValues(int count)
    {
        if (count == 0) return;
        _values = Grow(_values, _valueCount, count, _elementBytes);
        byte* elements = _values.Pointer + ((long)_valueCount * _elementBytes);
        bool isCopy = ParquetConverter.IsCopy(Leaf) || cursor.Decoder.GivesElements;
        byte* source = elements;
        if (!isCopy)
        {
            _scratch = Grow(_scratch, 0, count, _sourceBytes);
            source = _scratch.Pointer;
        }
        cursor.Decoder.Read(source, count);
        if (!isCopy) ParquetConverter.Convert(Leaf, source, elements, count, _page!);
        _valueCount += count;
        if (!isCopy || Leaf.Type.Physical != PhysicalType.Utf8) return;
        if (Leaf.Conversion == ParquetConversion.Text && cursor.Decoder.NeedsTextCheck)
        {
            ParquetDictionary.CheckText((Utf8View*)elements, count, _page!, Leaf);
        }
        NativeBuffer heap = cursor.Decoder.Heap ?? _page!.Buffer;
        if (!_heaps.Contains(heap)) _heaps.Add(heap.Retain());
    }

    private NativeBuffer Grow(NativeBuffer? buffer, int used, int more, int width)
    {
        long needed = Math.Max(((long)used + more) * width, 64);
        if (buffer is not null && buffer.Length >= needed) return buffer;
        NativeBuffer grown = NativeBuffer.Allocate(Math.Max(needed, (buffer?.Length ?? 0) * 2), account);
        if (buffer is not null)
        {
            Buffer.MemoryCopy(buffer.Pointer, grown.Pointer, grown.Length, (long)used * width);
            buffer.Release();
        }
        return grown;
    }

    private static void Copy(byte* from, byte* to, int width)
    {
        switch (width)
        {
            case 1: *to = *from; break;
            case 2: *(ushort*)to = *(ushort*)from; break;
            case 4: *(uint*)to = *(uint*)from; break;
            case 8: *(ulong*)to = *(ulong*)from; break;
            default: *(UInt128*)to = *(UInt128*)from; break;
        }
    }
}
