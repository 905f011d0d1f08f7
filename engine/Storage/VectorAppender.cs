using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Copies rows of vectors of any shape behind the rows of a flat one, which owns its text in an arena. Vectors grow as
/// needed; lists are laid one after the other. Texts that come as codes can stay codes.
/// </summary>
/// <param name="type">The type of the vectors.</param>
/// <param name="account">Counts the memory.</param>
/// <param name="keepsCodes">True to keep codes of texts as long as nothing but codes and NULLs comes.</param>
internal sealed unsafe class VectorAppender(LogicalType type, MemoryAccount account, bool keepsCodes = false)
    : IDisposable
{
    private const int ShortTextBytes = 16;
    private const int PageBytes = 4096;
    private const long MaxCopyBytes = 1 << 30;

    private readonly Arena _texts = new(account, 1 << 16);
    private readonly VectorAppender[] _children = type.Kind switch
    {
        TypeKind.List or TypeKind.Map or TypeKind.Array => [new VectorAppender(type.Element!, account)],
        TypeKind.Struct => [.. type.Fields.Select(f => new VectorAppender(f.Type, account))],
        _ => [],
    };

    // Copies of a dictionary's texts, made once per dictionary.
    private readonly Dictionary<VectorDictionary, Utf8View[]> _copied = [];

    // What codes mean, from which row on; the references keep the texts alive.
    private readonly List<(int First, VectorDictionary Dictionary)> _dictionaries = [];

    private NativeBuffer? _data;
    private NativeBuffer? _validity;
    private int _capacity;
    private bool _hasNulls;
    private bool _isCoded = keepsCodes && type.Physical == PhysicalType.Utf8;

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of text so far.</summary>
    public long TextBytes => _texts.UsedBytes + _children.Sum(c => c.TextBytes);

    /// <summary>Appends rows by their numbers.</summary>
    public void Append(ColumnVector source, ReadOnlySpan<ushort> rows)
    {
        fixed (ushort* start = rows) Append(source, start, 0, rows.Length);
    }

    /// <summary>Appends rows that follow each other.</summary>
    public void Append(ColumnVector source, int first, int count) => Append(source, null, first, count);

    /// <summary>
    /// Appends rows of a flat vector of any length by their numbers. Text is shared, not copied: what the source's
    /// views point into must live as long as this.
    /// </summary>
    public void AppendShared(ColumnVector source, ReadOnlySpan<int> rows)
    {
        if (type.IsNested)
        {
            foreach (int row in rows) Append(source, null, row, 1);
            return;
        }
        Reserve(rows.Length);
        if (source.HasNulls)
        {
            BeginNulls();
            for (int i = 0; i < rows.Length; i++)
            {
                if (Bitmap.IsSet(source.Validity, rows[i])) Words[(Count + i) >> 6] |= 1UL << (Count + i);
                else Words[(Count + i) >> 6] &= ~(1UL << (Count + i));
            }
        }
        byte* target = _data!.Pointer + ((long)Count * type.Physical.SizeBytes());
        switch (type.Physical.SizeBytes())
        {
            case 0: break;
            case 1: Pick(source.Data, rows, target); break;
            case 2: Pick((ushort*)source.Data, rows, (ushort*)target); break;
            case 4: Pick((uint*)source.Data, rows, (uint*)target); break;
            case 8: Pick((ulong*)source.Data, rows, (ulong*)target); break;
            default: Pick((UInt128*)source.Data, rows, (UInt128*)target); break;
        }
        Count += rows.Length;
    }

    /// <summary>The rows as a flat vector that shares the memory; good until the next append.</summary>
    public ColumnVector ToVector()
    {
        ColumnVector vector = new(type);
        FillVector(vector);
        return vector;
    }

    /// <summary>The rows as codes, good until the next append; false where they are values.</summary>
    public bool TryGetCodes(out StagedCodes codes)
    {
        bool isCoded = _isCoded && _dictionaries.Count > 0;
        codes = isCoded
            ? new StagedCodes(
                (uint*)_data!.Pointer, _hasNulls ? (ulong*)_validity!.Pointer : null, Count, _dictionaries)
            : default;
        return isCoded;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data?.Release();
        _validity?.Release();
        _data = _validity = null;
        _texts.Dispose();
        foreach (VectorAppender child in _children) child.Dispose();
    }

    private void FillVector(ColumnVector vector)
    {
        Reserve(1);
        if (_isCoded)
        {
            FillTexts(vector);
            return;
        }
        vector.ResetBorrowed(
            VectorShape.Flat, type.Physical, _data!.Pointer, _hasNulls ? (ulong*)_validity!.Pointer : null, Count);
        for (int c = 0; c < _children.Length; c++) _children[c].FillVector(vector.Children[c]);
    }

    private void Append(ColumnVector source, ushort* rows, int first, int count)
    {
        if (count == 0) return;
        if (_isCoded && !TryUseDictionaryOf(source)) ReplaceCodes();
        Reserve(count);
        if (source.HasNulls || type.Physical == PhysicalType.None) AppendValidity(source, rows, first, count);
        else if (_hasNulls) SetValid(count);
        if (_isCoded) AppendCodes(source, rows, first, count);
        else if (type.Physical != PhysicalType.None) AppendValues(source, rows, first, count);
        Count += count;
    }

    /// <summary>True where the rows of a vector can be codes as well: NULLs need no dictionary.</summary>
    private bool TryUseDictionaryOf(ColumnVector source)
    {
        if (source.Shape != VectorShape.Dictionary) return source.IsConstant && !source.IsValid(0);
        bool isNew = _dictionaries.Count == 0 || !ReferenceEquals(_dictionaries[^1].Dictionary, source.Dictionary);
        if (isNew) _dictionaries.Add((Count, source.Dictionary!));
        return true;
    }

    private void AppendCodes(ColumnVector source, ushort* rows, int first, int count)
    {
        uint* target = (uint*)_data!.Pointer + Count;
        if (source.IsConstant)
        {
            new Span<uint>(target, count).Clear();
            return;
        }
        switch (source.Lane)
        {
            case PhysicalType.UInt8: WidenTo(source.Data, 0u, rows, first, count, target); break;
            case PhysicalType.UInt16: WidenTo((ushort*)source.Data, 0u, rows, first, count, target); break;
            default: WidenTo((uint*)source.Data, 0u, rows, first, count, target); break;
        }
    }

    /// <summary>The rows as texts that lie where the dictionaries have them.</summary>
    private void FillTexts(ColumnVector vector)
    {
        vector.ResetFlat(Math.Max(Count, 1));
        vector.Count = Count;
        if (_hasNulls)
        {
            int words = Bitmap.WordCount(Count);
            ulong* target = vector.BeginValidity(Math.Max(Count, 1));
            new ReadOnlySpan<ulong>(Words, words).CopyTo(new Span<ulong>(target, words));
        }
        LookUp((uint*)_data!.Pointer, (Utf8View*)vector.Data, copies: false);
    }

    /// <summary>Turns codes into texts, once something comes that has none.</summary>
    private void ReplaceCodes()
    {
        _isCoded = false;
        if (_data is null) return;
        NativeBuffer texts = NativeBuffer.Allocate((long)_capacity * sizeof(Utf8View), account);
        LookUp((uint*)_data.Pointer, (Utf8View*)texts.Pointer, copies: true);
        _data.Release();
        _data = texts;
    }

    /// <summary>Writes the text of every code; empty ones in place of NULL.</summary>
    private void LookUp(uint* codes, Utf8View* target, bool copies)
    {
        int known = _dictionaries.Count == 0 ? Count : _dictionaries[0].First;
        new Span<Utf8View>(target, known).Clear();
        for (int d = 0; d < _dictionaries.Count; d++)
        {
            (int first, VectorDictionary dictionary) = _dictionaries[d];
            int end = d + 1 < _dictionaries.Count ? _dictionaries[d + 1].First : Count;
            fixed (Utf8View* copied = copies ? CopyDictionary(dictionary) : null)
            {
                Utf8View* values = copies ? copied : (Utf8View*)dictionary.Values.Data;
                for (int i = first; i < end; i++)
                {
                    bool isValid = !_hasNulls || Bitmap.IsSet(Words, i);
                    target[i] = isValid ? values[codes[i]] : default;
                }
            }
        }
    }

    private void AppendValues(ColumnVector source, ushort* rows, int first, int count)
    {
        switch (type.Physical)
        {
            case PhysicalType.Utf8: AppendTexts(source, rows, first, count); return;
            case PhysicalType.List: AppendLists(source, rows, first, count); return;
            case PhysicalType.Struct:
                for (int c = 0; c < _children.Length; c++) AppendChild(source, c, rows, first, count);
                return;
            case PhysicalType.Array: AppendArrays(source, rows, first, count); return;
        }
        byte* target = _data!.Pointer + ((long)Count * type.Physical.SizeBytes());
        if (source.Shape == VectorShape.Flat)
        {
            CopyFlat(source.Data, rows, first, count, target);
        }
        else if (source.Shape == VectorShape.Narrow)
        {
            AppendNarrow(source, rows, first, count, target);
        }
        else
        {
            byte* values = source.Shape == VectorShape.Constant ? source.Data : source.Dictionary!.Values.Data;
            int size = type.Physical.SizeBytes();
            for (int i = 0; i < count; i++)
            {
                int row = rows is null ? first + i : rows[i];
                long element = source.Shape == VectorShape.Constant ? 0 : source.GetCode(row);
                Buffer.MemoryCopy(values + (element * size), target + ((long)i * size), size, size);
            }
        }
    }

    private void CopyFlat(byte* values, ushort* rows, int first, int count, byte* target)
    {
        int size = type.Physical.SizeBytes();
        if (rows is null)
        {
            Buffer.MemoryCopy(values + ((long)first * size), target, (long)count * size, (long)count * size);
            return;
        }
        switch (size)
        {
            case 1: Gather.Rows(values, rows, count, target); break;
            case 2: Gather.Rows((ushort*)values, rows, count, (ushort*)target); break;
            case 4: Gather.Rows((uint*)values, rows, count, (uint*)target); break;
            case 8: Gather.Rows((ulong*)values, rows, count, (ulong*)target); break;
            default: Gather.Rows((UInt128*)values, rows, count, (UInt128*)target); break;
        }
    }

    private static void Pick<T>(T* source, ReadOnlySpan<int> rows, T* target) where T : unmanaged
    {
        for (int i = 0; i < rows.Length; i++) target[i] = source[rows[i]];
    }

    private void AppendNarrow(ColumnVector source, ushort* rows, int first, int count, byte* target)
    {
        switch (source.Lane)
        {
            case PhysicalType.UInt8: WidenLane(source.Data, source.Base, rows, first, count, target); break;
            case PhysicalType.UInt16: WidenLane((ushort*)source.Data, source.Base, rows, first, count, target); break;
            default: WidenLane((uint*)source.Data, source.Base, rows, first, count, target); break;
        }
    }

    private void WidenLane<T>(T* lane, Int128 valueBase, ushort* rows, int first, int count, byte* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        switch (type.Physical.SizeBytes())
        {
            case 1: WidenTo(lane, (byte)(long)valueBase, rows, first, count, target); break;
            case 2: WidenTo(lane, (ushort)(long)valueBase, rows, first, count, (ushort*)target); break;
            case 4: WidenTo(lane, (uint)(long)valueBase, rows, first, count, (uint*)target); break;
            case 8: WidenTo(lane, (ulong)(long)valueBase, rows, first, count, (ulong*)target); break;
            default: WidenTo(lane, valueBase, rows, first, count, (Int128*)target); break;
        }
    }

    private static void WidenTo<T, TTarget>(T* lane, TTarget add, ushort* rows, int first, int count, TTarget* target)
        where T : unmanaged, IBinaryInteger<T> where TTarget : unmanaged, IBinaryInteger<TTarget>
    {
        if (rows is null)
        {
            Widening.Convert(lane + first, count, add, target);
            return;
        }
        for (int i = 0; i < count; i++) target[i] = unchecked(add + TTarget.CreateTruncating(lane[rows[i]]));
    }

    private void AppendTexts(ColumnVector source, ushort* rows, int first, int count)
    {
        Utf8View* target = (Utf8View*)_data!.Pointer + Count;
        if (source.Shape == VectorShape.Dictionary)
        {
            Utf8View[] copies = CopyDictionary(source.Dictionary!);
            for (int i = 0; i < count; i++)
            {
                int row = rows is null ? first + i : rows[i];
                target[i] = source.IsValid(row) ? copies[source.GetCode(row)] : default;
            }
            return;
        }
        Utf8View* values = (Utf8View*)source.Data;
        if (source.Shape == VectorShape.Constant)
        {
            new Span<Utf8View>(target, count).Fill(source.IsValid(0) ? Copy(values[0]) : default);
            return;
        }
        AppendFlatTexts(values, source.Validity, rows, first, count, target);
    }

    /// <summary>Copies texts one behind the other, into room that is taken once for all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AppendFlatTexts(
        Utf8View* values, ulong* validity, ushort* rows, int first, int count, Utf8View* target)
    {
        long bytes = 0;
        for (int i = 0; i < count; i++) bytes += values[rows is null ? first + i : rows[i]].Length;
        if (validity is not null || bytes > MaxCopyBytes)
        {
            for (int i = 0; i < count; i++)
            {
                int row = rows is null ? first + i : rows[i];
                target[i] = validity is null || Bitmap.IsSet(validity, row) ? Copy(values[row]) : default;
            }
            return;
        }
        // Short texts are moved as sixteen bytes, the last of which the next one overwrites.
        byte* at = _texts.Allocate((int)bytes + ShortTextBytes, 1);
        for (int i = 0; i < count; i++)
        {
            Utf8View text = values[rows is null ? first + i : rows[i]];
            target[i] = text.MovedTo(at);
            // What else is in the same page can be read as well.
            bool isShort = text.Length <= ShortTextBytes &&
                ((nuint)text.Pointer & (PageBytes - 1)) <= PageBytes - ShortTextBytes;
            if (isShort) Vector128.Load(text.Pointer).Store(at);
            else Buffer.MemoryCopy(text.Pointer, at, text.Length, text.Length);
            at += text.Length;
        }
        _texts.Trim(at);
    }

    private Utf8View Copy(Utf8View text) => text.Length == 0 ? default : new(_texts.Copy(text.Span), text.Length);

    private Utf8View[] CopyDictionary(VectorDictionary dictionary)
    {
        if (_copied.TryGetValue(dictionary, out Utf8View[]? copies)) return copies;
        copies = new Utf8View[dictionary.Count];
        Utf8View* values = (Utf8View*)dictionary.Values.Data;
        for (int i = 0; i < copies.Length; i++) copies[i] = Copy(values[i]);
        _copied.Add(dictionary, copies);
        return copies;
    }

    private void AppendLists(ColumnVector source, ushort* rows, int first, int count)
    {
        ListView* target = (ListView*)_data!.Pointer + Count;
        ListView* views = (ListView*)source.Data;
        for (int i = 0; i < count; i++)
        {
            int row = source.IsConstant ? 0 : rows is null ? first + i : rows[i];
            bool isValid = source.IsValid(row);
            target[i] = new ListView(_children[0].Count, isValid ? views[row].Length : 0);
            if (!isValid) continue;
            if ((long)_children[0].Count + views[row].Length > ListBlock.MaxElements)
            {
                throw new QueryException(
                    SqlStates.ProgramLimitExceeded,
                        $"Too many list elements in a block: more than {ListBlock.MaxElements}");
            }
            _children[0].Append(source.Children[0], null, views[row].Offset, views[row].Length);
        }
    }

    private void AppendArrays(ColumnVector source, ushort* rows, int first, int count)
    {
        int length = type.Length;
        for (int i = 0; i < count; i++)
        {
            int row = source.IsConstant ? 0 : rows is null ? first + i : rows[i];
            if (source.IsValid(row)) _children[0].Append(source.Children[0], null, row * length, length);
            else _children[0].AppendNulls(length);
        }
    }

    private void AppendChild(ColumnVector source, int child, ushort* rows, int first, int count)
    {
        if (!source.HasNulls && !source.IsConstant)
        {
            _children[child].Append(source.Children[child], rows, first, count);
            return;
        }
        for (int i = 0; i < count; i++)
        {
            int row = source.IsConstant ? 0 : rows is null ? first + i : rows[i];
            if (source.IsValid(row)) _children[child].Append(source.Children[child], null, row, 1);
            else _children[child].AppendNulls(1);
        }
    }

    private void AppendNulls(int count)
    {
        Reserve(count);
        int size = type.Physical.SizeBytes();
        new Span<byte>(_data!.Pointer + ((long)Count * size), checked(count * size)).Clear();
        BeginNulls();
        for (int row = Count; row < Count + count; row++) Words[row >> 6] &= ~(1UL << row);
        foreach (VectorAppender child in _children)
        {
            if (type.Physical != PhysicalType.List) child.AppendNulls(
                type.Physical == PhysicalType.Array ? count * type.Length : count);
        }
        Count += count;
    }

    private ulong* Words => (ulong*)_validity!.Pointer;

    private void AppendValidity(ColumnVector source, ushort* rows, int first, int count)
    {
        BeginNulls();
        for (int i = 0; i < count; i++)
        {
            int row = rows is null ? first + i : rows[i];
            if (source.IsValid(row)) Words[(Count + i) >> 6] |= 1UL << (Count + i);
            else Words[(Count + i) >> 6] &= ~(1UL << (Count + i));
        }
    }

    /// <summary>From now on there are words; rows so far have values.</summary>
    private void BeginNulls()
    {
        if (_hasNulls) return;
        _hasNulls = true;
        long bytes = ((long)_capacity + 63) / 64 * 8;
        _validity = NativeBuffer.Allocate(Math.Max(bytes, 8), account);
        new Span<byte>(_validity.Pointer, checked((int)_validity.Length)).Fill(0xFF);
    }

    private void SetValid(int count)
    {
        for (int row = Count; row < Count + count; row++) Words[row >> 6] |= 1UL << row;
    }

    private void Reserve(int count)
    {
        long needed = (long)Count + count;
        if (needed <= _capacity && _data is not null) return;
        int capacity = (int)Math.Max(needed, Math.Max(64, Math.Min((long)_capacity * 2, int.MaxValue / 2)));
        int size = _isCoded ? sizeof(uint) : Math.Max(1, type.Physical.SizeBytes());
        NativeBuffer data = NativeBuffer.Allocate((long)capacity * size, account);
        if (_data is not null)
        {
            Buffer.MemoryCopy(_data.Pointer, data.Pointer, data.Length, (long)Count * size);
            _data.Release();
        }
        _data = data;
        if (_hasNulls)
        {
            NativeBuffer words = NativeBuffer.Allocate(((long)capacity + 63) / 64 * 8, account);
            new Span<byte>(words.Pointer, checked((int)words.Length)).Fill(0xFF);
            Buffer.MemoryCopy(
                _validity!.Pointer, words.Pointer, words.Length, Math.Min(words.Length, _validity.Length));
            _validity.Release();
            _validity = words;
        }
        _capacity = capacity;
    }
}
