using System.Numerics;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Text as the number of the distinct text. Dictionary codes are translated by a table, filled when a code is first
/// seen, so that rows with codes cost one look-up and their bytes are hashed once per entry.
/// </summary>
internal sealed unsafe class TextKeyEncoder(LogicalType type, MemoryAccount account) : KeyEncoder(type)
{
    private readonly TextTable _texts = new(account);
    private VectorDictionary? _dictionary;
    private NativeBuffer? _byCode;
    private NativeBuffer? _numbers;
    private int _bits = 1;

    public override int Bits => _bits;

    public override bool FlagsNulls => false;

    public override bool Prepare(ColumnVector vector, int count)
    {
        if (vector.Shape == VectorShape.Dictionary) PrepareCodes(vector, count);
        else PrepareTexts(vector, vector.IsConstant ? Math.Min(count, 1) : count);
        int bits = BitOperations.Log2((uint)_texts.Count) + 1;
        if (bits <= _bits) return false;
        // Room for one bit more than needed: each change of the layout costs a pass over all groups.
        _bits = Math.Min(bits + 1, 32);
        return true;
    }

    public override void Translate(ulong* codes, ulong* flags, int count)
    {
    }

    public override void Encode(ColumnVector vector, int count, ulong* codes, ulong* flags)
    {
        if (vector.IsConstant)
        {
            new Span<ulong>(codes, count).Fill(count > 0 ? *(uint*)_numbers!.Pointer : 0);
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
