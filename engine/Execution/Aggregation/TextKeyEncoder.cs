using System.Numerics;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Text as a number. While all rows have codes of one dictionary, which a table-wide one makes the common case, codes
/// are those of the dictionary plus 1, no byte of text is looked at, and groups leave as codes too. Once anything else
/// comes, it is the number of the distinct text: codes of a dictionary are translated by a table, filled when a code is
/// first seen, so that rows with codes cost one look-up and their bytes are hashed once per entry.
/// </summary>
/// <param name="type">The type of the keys.</param>
/// <param name="account">Counts the memory.</param>
/// <param name="keepsCodes">False to number texts from the first row on.</param>
internal sealed unsafe class TextKeyEncoder(LogicalType type, MemoryAccount account, bool keepsCodes = true)
    : KeyEncoder(type)
{
    private readonly TextTable _texts = new(account);

    // The only dictionary so far; afterwards what codes given out before are of.
    private VectorDictionary? _only;
    private bool _isCoded = keepsCodes;

    // Where the last vector ended the use of codes: for each of them the number of its text, 0 where not known yet.
    private uint[]? _numberOfCode;

    private VectorDictionary? _dictionary;
    private NativeBuffer? _byCode;
    private NativeBuffer? _numbers;
    private int _bits = 1;

    public override int Bits => _bits;

    public override bool FlagsNulls => false;

    /// <summary>The dictionary whose codes plus 1 are given out; null where texts are numbered.</summary>
    public VectorDictionary? OnlyDictionary => _isCoded ? _only : null;

    public override bool Prepare(ColumnVector vector, int count)
    {
        _numberOfCode = null;
        if (_isCoded && TryUseCodes(vector, out bool isWider)) return isWider;
        bool changed = _isCoded && _only is not null;
        if (changed)
        {
            _numberOfCode = new uint[_only!.Count];
            // Translating adds texts after the bits are chosen: at most those of the dictionary.
            Widen((uint)_only.Count + Batch.MaxRows);
        }
        _isCoded = false;
        if (vector.Shape == VectorShape.Dictionary) PrepareCodes(vector, count);
        else PrepareTexts(vector, vector.IsConstant ? Math.Min(count, 1) : count);
        return Widen((uint)_texts.Count) || changed;
    }

    public override void Translate(ulong* codes, ulong* flags, int count)
    {
        // Once texts are numbered, a text keeps its number.
        if (_numberOfCode is not { } numbers) return;
        Utf8View* values = (Utf8View*)_only!.Values.Data;
        for (int i = 0; i < count; i++)
        {
            if (codes[i] == 0) continue;
            ref uint number = ref numbers[codes[i] - 1];
            if (number == 0) number = _texts.Add(values[codes[i] - 1]);
            codes[i] = number;
        }
    }

    public override void Encode(ColumnVector vector, int count, ulong* codes, ulong* flags)
    {
        if (vector.IsConstant)
        {
            new Span<ulong>(codes, count).Fill(count > 0 && !_isCoded ? *(uint*)_numbers!.Pointer : 0);
            return;
        }
        if (_isCoded)
        {
            IntegerLanes.Convert(vector.Data, vector.Lane, count, 1, sizeof(ulong), (byte*)codes);
            ClearNulls(vector, count, codes);
            return;
        }
        if (vector.Shape == VectorShape.Dictionary)
        {
            uint* byCode = (uint*)_byCode!.Pointer;
            switch (vector.Lane)
            {
                case PhysicalType.UInt8: LookUp(vector.Data, byCode, count, codes); break;
                case PhysicalType.UInt16: LookUp((ushort*)vector.Data, byCode, count, codes); break;
                default: LookUp((uint*)vector.Data, byCode, count, codes); break;
            }
            ClearNulls(vector, count, codes);
            return;
        }
        uint* numbers = (uint*)_numbers!.Pointer;
        for (int i = 0; i < count; i++) codes[i] = numbers[i];
    }

    public override void Decode(ulong* codes, ulong* flags, int count, ColumnVector target)
    {
        if (_isCoded && _only is not null)
        {
            DecodeCodes(codes, count, target);
            return;
        }
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        Utf8View* views = (Utf8View*)target.Data;
        for (int i = 0; i < count; i++)
        {
            if (codes[i] != 0)
            {
                views[i] = _texts[(uint)codes[i]];
                continue;
            }
            views[i] = default;
            target.SetNull(i, Math.Max(count, 1));
        }
    }

    public override void BorrowText() => _texts.Borrows = true;

    public override void Reset(bool appends)
    {
        _texts.Reset(appends);
        _dictionary = null;
    }

    public override void Dispose()
    {
        _texts.Dispose();
        _byCode?.Release();
        _numbers?.Release();
    }

    /// <summary>True where the codes of a vector can be given out as they are.</summary>
    private bool TryUseCodes(ColumnVector vector, out bool isWider)
    {
        isWider = false;
        // NULL has a code without a dictionary.
        if (vector.IsConstant) return !vector.IsValid(0);
        // Others than sorted ones might name a text twice.
        if (vector.Shape != VectorShape.Dictionary || !vector.Dictionary!.IsSorted) return false;
        if (_only is not null) return ReferenceEquals(_only, vector.Dictionary);
        _only = vector.Dictionary;
        int bits = BitOperations.Log2((uint)Math.Max(_only.Count, 1)) + 1;
        isWider = bits > _bits;
        _bits = Math.Max(bits, _bits);
        return true;
    }

    private void DecodeCodes(ulong* codes, int count, ColumnVector target)
    {
        int capacity = Math.Max(count, 1);
        target.ResetDictionary(PhysicalType.UInt32, _only!, capacity);
        target.Count = count;
        uint* own = (uint*)target.Data;
        ulong nulls = 0;
        for (int i = 0; i < count; i++)
        {
            ulong code = codes[i];
            nulls |= code == 0 ? 1UL : 0;
            own[i] = (uint)Math.Max(code, 1) - 1;
        }
        for (int i = 0; i < count && nulls != 0; i++)
        {
            if (codes[i] == 0) target.SetNull(i, capacity);
        }
    }

    /// <summary>Makes room for numbers up to one; true when there was none.</summary>
    private bool Widen(uint largest)
    {
        int bits = BitOperations.Log2(Math.Max(largest, 1)) + 1;
        if (bits <= _bits) return false;
        // Room for one bit more than needed: each change of the layout costs a pass over all groups.
        _bits = Math.Min(bits + 1, 32);
        return true;
    }

    private void PrepareCodes(ColumnVector vector, int count)
    {
        VectorDictionary dictionary = vector.Dictionary!;
        if (!ReferenceEquals(dictionary, _dictionary))
        {
            long bytes = Math.Max(1, dictionary.Count) * (long)sizeof(uint);
            if (_byCode is null || _byCode.Length < bytes)
            {
                _byCode?.Release();
                _byCode = NativeBuffer.Allocate(bytes, account);
            }
            new Span<uint>((uint*)_byCode.Pointer, Math.Max(1, dictionary.Count)).Clear();
            _dictionary = dictionary;
        }
        switch (vector.Lane)
        {
            case PhysicalType.UInt8: AddUnseen(vector, vector.Data, count); break;
            case PhysicalType.UInt16: AddUnseen(vector, (ushort*)vector.Data, count); break;
            default: AddUnseen(vector, (uint*)vector.Data, count); break;
        }
    }

    private void AddUnseen<T>(ColumnVector vector, T* codes, int count) where T : unmanaged, IBinaryInteger<T>
    {
        uint* byCode = (uint*)_byCode!.Pointer;
        Utf8View* values = (Utf8View*)vector.Dictionary!.Values.Data;
        for (int i = 0; i < count; i++)
        {
            uint code = uint.CreateTruncating(codes[i]);
            if (byCode[code] == 0 && vector.IsValid(i)) byCode[code] = _texts.Add(values[code]);
        }
    }

    private void PrepareTexts(ColumnVector vector, int count)
    {
        _numbers ??= NativeBuffer.Allocate(Batch.MaxRows * sizeof(uint), account);
        uint* numbers = (uint*)_numbers.Pointer;
        _texts.AddAll((Utf8View*)vector.Data, vector.Validity, count, numbers);
    }

    private static void LookUp<T>(T* source, uint* byCode, int count, ulong* codes) where T : unmanaged,
        IBinaryInteger<T>
    {
        for (int i = 0; i < count; i++) codes[i] = byCode[uint.CreateTruncating(source[i])];
    }

    private static void ClearNulls(ColumnVector vector, int count, ulong* codes)
    {
        if (!vector.HasNulls) return;
        for (int i = 0; i < count; i++)
        {
            if (!vector.IsValid(i)) codes[i] = 0;
        }
    }
}
