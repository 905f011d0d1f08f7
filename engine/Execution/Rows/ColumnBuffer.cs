using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// Rows of one column that an operator keeps: appended from batches, read back in any order by row number. Elements lie
/// flat in chunks, which stay where they are once full; text bytes are copied into an arena. Codes stay codes as long
/// as every appended vector has the same dictionary.
/// </summary>
internal sealed unsafe class ColumnBuffer : IDisposable
{
    /// <summary>Rows of a chunk.</summary>
    public const int ChunkRows = 1 << ChunkShift;

    /// <summary>Marks a row that is not there; read as NULL by <see cref="GatherOrNull"/>.</summary>
    public const uint NoRow = uint.MaxValue;

    /// <summary>A row lies in the chunk of its number shifted right so far.</summary>
    public const int ChunkShift = 13;

    private const int FirstRows = 256;
    private const long MaxDictionaryBytes = 1 << 20;
    private readonly MemoryAccount _account;
    private readonly Arena? _text;
    private readonly List<NativeBuffer> _data = [];
    private readonly List<NativeBuffer?> _validity = [];
    private readonly ColumnBuffer[] _children;
    private readonly ColumnVector _scratch;
    private readonly int _size;
    private VectorDictionary? _dictionary;
    private long _lastChunkRows;
    private long _lastTextBytes;
    private int _capacity;
    private bool _hasNulls;

    public ColumnBuffer(LogicalType type, MemoryAccount account)
    {
        Type = type;
        _account = account;
        _size = type.Physical.SizeBytes();
        _scratch = new ColumnVector(type, account);
        if (type.Physical == PhysicalType.Utf8) _text = new Arena(account);
        _children = type.Kind switch
        {
            TypeKind.List or TypeKind.Map or TypeKind.Array => [new ColumnBuffer(type.Element!, account)],
            TypeKind.Struct => [.. type.Fields.Select(f => new ColumnBuffer(f.Type, account))],
            _ => [],
        };
    }

    public LogicalType Type { get; }

    /// <summary>Number of rows.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// True where the bytes of texts that are appended stay where they are for as long as this: they are not copied.
    /// </summary>
    public bool BorrowsText { get; set; }

    /// <summary>True when a row is NULL.</summary>
    public bool HasNulls => _hasNulls;

    /// <summary>Bytes that appending a batch may allocate, unless it has very long texts or lists.</summary>
    public long GrowthBytes
    {
        get
        {
            long bytes = 0;
            if (_capacity - _lastChunkRows < Batch.MaxRows) bytes += (long)ChunkRows * Math.Max(_size, 1);
            // The texts of the next batch are taken to be as long as those of the last, or of a full one where that had
            // few rows.
            if (_text is not null)
            {
                long expected = Math.Max(_lastTextBytes, _text.UsedBytes * Batch.MaxRows / Math.Max(Count, 1));
                if (_text.FreeBytes < expected + (expected / 4)) bytes += Math.Max(_text.NextBlockBytes, 2 * expected);
            }
            foreach (ColumnBuffer child in _children) bytes += child.GrowthBytes;
            return bytes + (bytes / 8);
        }
    }

    /// <summary>The dictionary whose codes the elements are; null when they are values.</summary>
    public VectorDictionary? Dictionary => _dictionary;

    /// <summary>Adds where each chunk begins; good until rows are appended or forgotten.</summary>
    public void AddChunksTo(List<nint> target)
    {
        foreach (NativeBuffer chunk in _data) target.Add((nint)chunk.Pointer);
    }

    /// <summary>Appends <c>source[rows[i]]</c>; without rows, the first <paramref name="count"/>.</summary>
    public void Append(ColumnVector source, int* rows, int count)
    {
        if (count == 0) return;
        if (Count + count >= NoRow)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, "Too many rows in one operator: 4,294,967,294 is the most");
        }
        UseDictionaryOf(source);
        long textBytes = _text?.UsedBytes ?? 0;
        int done = 0;
        while (done < count)
        {
            int room = _capacity - (int)_lastChunkRows;
            if (room == 0) room = AddRoom();
            int n = Math.Min(room, count - done);
            AppendToChunk(source, rows, done, n);
            _lastChunkRows += n;
            Count += n;
            done += n;
        }
        if (_text is not null) _lastTextBytes = Math.Max(_text.UsedBytes - textBytes, _lastTextBytes / 2);
    }

    /// <summary>
    /// <c>target[i] = this[rows[i]]</c>; the target owns its elements, text stays in this buffer's arena, which must
    /// live as long as the target is used.
    /// </summary>
    public void Gather(uint* rows, int count, ColumnVector target) => Gather(rows, count, target, orNull: false);

    /// <summary>
    /// As <see cref="Gather(uint*, int, ColumnVector)"/>; rows that are <see cref="NoRow"/> come as NULL.
    /// </summary>
    public void GatherOrNull(uint* rows, int count, ColumnVector target) => Gather(rows, count, target, orNull: true);

    /// <summary>Points the target at rows in order, without a copy where they lie in one chunk.</summary>
    public void Slice(long first, int count, ColumnVector target)
    {
        int chunk = (int)(first >> ChunkShift);
        int start = (int)(first & (ChunkRows - 1));
        if (start + count > ChunkRows || _children.Length > 0 || (start & 63) != 0 || count == 0)
        {
            uint* rows = stackalloc uint[Batch.MaxRows];
            Invariant.Holds(count <= Batch.MaxRows);
            for (int i = 0; i < count; i++) rows[i] = (uint)(first + i);
            Gather(rows, count, target);
            return;
        }
        ulong* validity = _validity[chunk] is { } words ? (ulong*)words.Pointer + (start >> 6) : null;
        if (_dictionary is not null)
        {
            target.ResetBorrowed(
                VectorShape.Dictionary, PhysicalType.UInt32, _data[chunk].Pointer + ((long)start * sizeof(uint)),
                validity,
                count, dictionary: _dictionary);
            return;
        }
        target.ResetBorrowed(
            VectorShape.Flat, Type.Physical, _data[chunk].Pointer + ((long)start * _size), validity, count);
    }

    /// <summary>True when the row has a value.</summary>
    public bool IsValid(long row) => _validity[(int)(row >> ChunkShift)] is not { } words ||
        ((((ulong*)words.Pointer)[(row & (ChunkRows - 1)) >> 6] >> (int)(row & 63)) & 1) != 0;

    /// <summary>The element at a row of a buffer whose elements are values.</summary>
    public T* At<T>(long row) where T : unmanaged =>
        (T*)_data[(int)(row >> ChunkShift)].Pointer + (row & (ChunkRows - 1));

    /// <summary>The value at a row, through the dictionary where there is one.</summary>
    public T Element<T>(long row) where T : unmanaged =>
        _dictionary is null ? *At<T>(row) : ((T*)_dictionary.Values.Data)[*At<uint>(row)];

    /// <summary>
    /// Turns texts into codes of their distinct ones, once all rows are here: who reads rows again and again then moves
    /// codes, and who groups, compares or writes them looks at each text once. Many bytes stay as they are, since the
    /// dictionary lives as long as somebody refers to it.
    /// </summary>
    public void MakeDictionary()
    {
        if (_text is null || _dictionary is not null || Count == 0 || _text.UsedBytes > MaxDictionaryBytes) return;
        using TextTable texts = new(MemoryAccount.Untracked);
        List<NativeBuffer> chunks = [];
        for (int c = 0; c < _data.Count; c++)
        {
            int rows = c == _data.Count - 1 ? (int)_lastChunkRows : ChunkRows;
            NativeBuffer codes = NativeBuffer.Allocate(
                (long)(_data.Count == 1 ? _capacity : ChunkRows) * sizeof(uint), _account);
            uint* numbers = (uint*)codes.Pointer;
            ulong* validity = _validity[c] is { } words ? (ulong*)words.Pointer : null;
            texts.AddAll((Utf8View*)_data[c].Pointer, validity, rows, numbers);
            // Numbers count from 1; NULL has any code.
            for (int i = 0; i < rows; i++) numbers[i] = Math.Max(numbers[i], 1) - 1;
            chunks.Add(codes);
        }
        ColumnVector values = new(Type);
        values.ResetFlat(Math.Max(texts.Count, 1));
        values.Count = Math.Max(texts.Count, 1);
        ((Utf8View*)values.Data)[0] = default;
        for (int number = 1; number <= texts.Count; number++)
        {
            ((Utf8View*)values.Data)[number - 1] = texts[(uint)number];
        }
        foreach (NativeBuffer block in texts.Text.Blocks) values.KeepAlive(block);
        long bytes = texts.Text.UsedBytes + ((long)values.Count * sizeof(Utf8View));
        _dictionary = new VectorDictionary(values, isSorted: false, bytes);
        foreach (NativeBuffer elements in _data) elements.Release();
        _data.Clear();
        _data.AddRange(chunks);
    }

    /// <summary>Forgets the rows; memory is given back.</summary>
    public void Clear()
    {
        foreach (NativeBuffer chunk in _data) chunk.Release();
        foreach (NativeBuffer? words in _validity) words?.Release();
        _data.Clear();
        _validity.Clear();
        _text?.Reset();
        foreach (ColumnBuffer child in _children) child.Clear();
        _dictionary = null;
        _hasNulls = false;
        _lastChunkRows = 0;
        _capacity = 0;
        Count = 0;
    }

    public void Dispose()
    {
        Clear();
        _text?.Dispose();
        _scratch.Dispose();
        foreach (ColumnBuffer child in _children) child.Dispose();
    }

    private void UseDictionaryOf(ColumnVector source)
    {
        VectorDictionary? dictionary = source.Shape == VectorShape.Dictionary ? source.Dictionary : null;
        if (Count == 0) _dictionary = dictionary;
        else if (_dictionary is not null && !ReferenceEquals(_dictionary, dictionary)) ReplaceCodes();
    }

    /// <summary>Turns codes into values, once a vector with another dictionary comes.</summary>
    private void ReplaceCodes()
    {
        byte* values = _dictionary!.Values.Data;
        for (int c = 0; c < _data.Count; c++)
        {
            NativeBuffer codes = _data[c];
            NativeBuffer elements =
                NativeBuffer.Allocate((long)(_data.Count == 1 ? _capacity : ChunkRows) * _size, _account);
            int rows = c == _data.Count - 1 ? (int)_lastChunkRows : ChunkRows;
            for (int i = 0; i < rows; i++)
            {
                byte* value = values + ((long)((uint*)codes.Pointer)[i] * _size);
                byte* target = elements.Pointer + ((long)i * _size);
                if (_text is not null) *(Utf8View*)target = CopyText(*(Utf8View*)value);
                else new ReadOnlySpan<byte>(value, _size).CopyTo(new Span<byte>(target, _size));
            }
            codes.Release();
            _data[c] = elements;
        }
        _dictionary = null;
    }

    private Utf8View CopyText(Utf8View view) => new(_text!.Copy(view.Span), view.Length);

    /// <summary>The first chunk begins small and is doubled, so that many small buffers stay small.</summary>
    private int AddRoom()
    {
        int size = _dictionary is not null ? sizeof(uint) : _size;
        if (_data.Count == 1 && _capacity < ChunkRows)
        {
            NativeBuffer grown = NativeBuffer.Allocate(Math.Max(2L * _capacity * size, 1), _account);
            new ReadOnlySpan<byte>(_data[0].Pointer, _capacity * size).CopyTo(grown.Span);
            _data[0].Release();
            _data[0] = grown;
            _capacity *= 2;
            return _capacity - (int)_lastChunkRows;
        }
        _capacity = _data.Count == 0 ? FirstRows : ChunkRows;
        _data.Add(NativeBuffer.Allocate(Math.Max((long)_capacity * size, 1), _account));
        _validity.Add(null);
        _lastChunkRows = 0;
        return _capacity;
    }

    private void AppendToChunk(ColumnVector source, int* rows, int first, int count)
    {
        int start = (int)_lastChunkRows;
        byte* target = _data[^1].Pointer;
        if (_dictionary is not null)
        {
            uint* codes = (uint*)target + start;
            if (rows is null && source.Lane == PhysicalType.UInt32)
            {
                new ReadOnlySpan<uint>((uint*)source.Data + first, count).CopyTo(new Span<uint>(codes, count));
            }
            else
            {
                for (int i = 0; i < count; i++) codes[i] = source.GetCode(rows is null ? first + i : rows[first + i]);
            }
        }
        else
        {
            // Without rows a later part of the source needs its row numbers spelled out.
            int* part = rows is null ? null : rows + first;
            int* spelled = stackalloc int[rows is null && first > 0 ? count : 0];
            if (rows is null && first > 0)
            {
                for (int i = 0; i < count; i++) spelled[i] = first + i;
                part = spelled;
            }
            AppendElements(source, part, count, target + ((long)start * _size));
        }
        if (source.HasNulls || source.Type.Kind == TypeKind.Null) AppendValidity(source, rows, first, count, start);
    }

    private void AppendElements(ColumnVector source, int* rows, int count, byte* target)
    {
        switch (Type.Physical)
        {
            case PhysicalType.List:
                AppendLists(source, rows, count, (ListView*)target);
                return;
            case PhysicalType.Struct or PhysicalType.Array:
                AppendNested(source, rows, count);
                return;
            case PhysicalType.None:
                return;
        }
        ElementGather.ToFlat(source, rows, count, target);
        if (_text is null) return;
        Utf8View* views = (Utf8View*)target;
        for (int i = 0; i < count; i++)
        {
            int row = rows is null ? i : rows[i];
            if (!source.IsValid(row)) views[i] = default;
            else if (!BorrowsText) views[i] = CopyText(views[i]);
        }
    }

    private void AppendLists(ColumnVector source, int* rows, int count, ListView* target)
    {
        ColumnVector elements = source.Children[0];
        int* numbers = stackalloc int[Batch.MaxRows];
        int n = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows is null ? i : rows[i];
            ListView list = source.IsValid(row) ? source.As<ListView>()[source.IsConstant ? 0 : row] : default;
            if (_children[0].Count + n + list.Length > int.MaxValue)
            {
                throw new QueryException(SqlStates.ProgramLimitExceeded, "Too many list elements in one operator");
            }
            target[i] = new ListView((int)_children[0].Count + n, list.Length);
            for (int e = 0; e < list.Length; e++)
            {
                numbers[n++] = list.Offset + e;
                if (n < Batch.MaxRows) continue;
                _children[0].Append(elements, numbers, n);
                n = 0;
            }
        }
        _children[0].Append(elements, numbers, n);
    }

    private void AppendNested(ColumnVector source, int* rows, int count)
    {
        int length = Type.Physical == PhysicalType.Array ? Type.Length : 1;
        int* numbers = stackalloc int[count * length];
        for (int i = 0; i < count; i++)
        {
            int row = source.IsConstant ? 0 : rows is null ? i : rows[i];
            for (int e = 0; e < length; e++) numbers[(i * length) + e] = (row * length) + e;
        }
        for (int c = 0; c < _children.Length; c++) _children[c].Append(source.Children[c], numbers, count * length);
    }

    private void AppendValidity(ColumnVector source, int* rows, int first, int count, int start)
    {
        NativeBuffer? words = _validity[^1];
        for (int i = 0; i < count; i++)
        {
            if (source.IsValid(rows is null ? first + i : rows[first + i])) continue;
            if (words is null)
            {
                _validity[^1] = words = NativeBuffer.Allocate(ChunkRows / 8, _account);
                new Span<ulong>(words.Pointer, ChunkRows / 64).Fill(ulong.MaxValue);
                _hasNulls = true;
            }
            int at = start + i;
            ((ulong*)words.Pointer)[at >> 6] &= ~(1UL << at);
        }
    }

    private void Gather(uint* rows, int count, ColumnVector target, bool orNull)
    {
        int capacity = Math.Max(count, 1);
        if (_dictionary is not null) target.ResetDictionary(PhysicalType.UInt32, _dictionary, capacity);
        else target.ResetFlat(capacity);
        target.Count = count;
        switch (Type.Physical)
        {
            case PhysicalType.List:
                GatherLists(rows, count, target);
                break;
            case PhysicalType.Struct:
                for (int c = 0; c < _children.Length; c++) _children[c].Gather(rows, count, target.Children[c], orNull);
                break;
            case PhysicalType.Array:
                GatherArrays(rows, count, target);
                break;
            case PhysicalType.None:
                break;
            default:
                GatherElements(rows, count, target);
                break;
        }
        if (_hasNulls) GatherValidity(rows, count, target);
        else if (orNull) MarkMissing(rows, count, target);
    }

    private void GatherElements(uint* rows, int count, ColumnVector target)
    {
        switch (_dictionary is not null ? sizeof(uint) : _size)
        {
            case 1: GatherElements(rows, count, target.Data); break;
            case 2: GatherElements(rows, count, (ushort*)target.Data); break;
            case 4: GatherElements(rows, count, (uint*)target.Data); break;
            case 8: GatherElements(rows, count, (ulong*)target.Data); break;
            default: GatherElements(rows, count, (UInt128*)target.Data); break;
        }
    }

    private void GatherElements<T>(uint* rows, int count, T* target) where T : unmanaged
    {
        if (_data.Count == 1)
        {
            T* only = (T*)_data[0].Pointer;
            for (int i = 0; i < count; i++) target[i] = rows[i] == NoRow ? default : only[rows[i]];
            return;
        }
        ReadOnlySpan<NativeBuffer> chunks = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_data);
        for (int i = 0; i < count; i++)
        {
            uint row = rows[i];
            target[i] = row == NoRow ? default : ((T*)chunks[(int)(row >> ChunkShift)].Pointer)[row & (ChunkRows - 1)];
        }
    }

    private void GatherLists(uint* rows, int count, ColumnVector target)
    {
        ListView* lists = target.As<ListView>();
        List<uint> elements = [];
        for (int i = 0; i < count; i++)
        {
            ListView list = rows[i] == NoRow ? default : *At<ListView>(rows[i]);
            lists[i] = new ListView(elements.Count, list.Length);
            for (int e = 0; e < list.Length; e++) elements.Add((uint)(list.Offset + e));
        }
        fixed (uint* numbers = elements.ToArray()) _children[0].Gather(numbers, elements.Count, target.Children[0]);
    }

    private void GatherArrays(uint* rows, int count, ColumnVector target)
    {
        int length = Type.Length;
        uint[] elements = new uint[count * length];
        for (int i = 0; i < elements.Length; i++)
        {
            uint row = rows[i / length];
            elements[i] = row == NoRow ? NoRow : checked((uint)((row * (long)length) + (i % length)));
        }
        fixed (uint* numbers = elements) _children[0].Gather(
            numbers, elements.Length, target.Children[0], orNull: true);
    }

    /// <summary>Rows that are not there are NULL, all others have a value.</summary>
    private static void MarkMissing(uint* rows, int count, ColumnVector target)
    {
        ulong* words = null;
        for (int first = 0; first < count; first += 64)
        {
            ulong missing = 0;
            int n = Math.Min(64, count - first);
            for (int i = 0; i < n; i++) missing |= (rows[first + i] == NoRow ? 1UL : 0) << i;
            if (missing == 0) continue;
            if (words is null) words = target.BeginValidity(Math.Max(count, 1));
            words[first >> 6] &= ~missing;
        }
    }

    private void GatherValidity(uint* rows, int count, ColumnVector target)
    {
        ulong* words = null;
        for (int i = 0; i < count; i++)
        {
            if (rows[i] != NoRow && IsValid(rows[i])) continue;
            if (words is null) words = target.BeginValidity(Math.Max(count, 1));
            words[i >> 6] &= ~(1UL << i);
        }
    }
}
