using System.Diagnostics;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Vectors;

/// <summary>
/// One column of a batch: a type, a shape, a lane of elements and validity words (null = no NULLs). Reused from batch
/// to batch by its owner; buffers are reference-counted, so that another vector can share them.
/// </summary>
internal sealed unsafe class ColumnVector : IDisposable
{
    private readonly MemoryAccount _account;
    private readonly List<NativeBuffer> _keptAlive = [];
    private NativeBuffer? _dataBuffer;
    private NativeBuffer? _validityBuffer;

    public ColumnVector(LogicalType type, MemoryAccount? account = null)
    {
        Type = type;
        _account = account ?? MemoryAccount.Untracked;
        Lane = type.Physical;
        Children = type.Kind switch
        {
            TypeKind.List or TypeKind.Map or TypeKind.Array => [new ColumnVector(type.Element!, account)],
            TypeKind.Struct => [.. type.Fields.Select(f => new ColumnVector(f.Type, account))],
            _ => [],
        };
    }

    public LogicalType Type { get; private set; }

    public VectorShape Shape { get; private set; }

    /// <summary>
    /// The form of the elements at <see cref="Data"/>: the type's own unless dictionary codes or narrow.
    /// </summary>
    public PhysicalType Lane { get; private set; }

    /// <summary>Number of rows.</summary>
    public int Count { get; set; }

    /// <summary>The elements; one where constant. Readable for 64 bytes past the last.</summary>
    public byte* Data { get; private set; }

    /// <summary>
    /// A bit per row, 1 = has a value; null = every row has one. Bit 0 counts for all rows of a constant.
    /// </summary>
    public ulong* Validity { get; private set; }

    /// <summary>What a narrow lane adds to; else 0.</summary>
    public Int128 Base { get; private set; }

    /// <summary>The values that codes point into; only where the shape is Dictionary.</summary>
    public VectorDictionary? Dictionary { get; private set; }

    /// <summary>LIST, MAP, ARRAY: the elements. STRUCT: a vector per field, with the same rows.</summary>
    public ColumnVector[] Children { get; }

    public bool HasNulls => Validity is not null;

    public bool IsConstant => Shape == VectorShape.Constant;

    /// <summary>The elements typed; the caller knows the lane.</summary>
    public T* As<T>() where T : unmanaged
    {
        Debug.Assert(sizeof(T) == Lane.SizeBytes(), "Element size does not match the lane.");
        return (T*)Data;
    }

    /// <summary>True when the row has a value.</summary>
    public bool IsValid(int row)
    {
        if (Validity is null) return Type.Kind != TypeKind.Null;
        if (IsConstant) row = 0;
        return (Validity[row >> 6] >> row & 1) != 0;
    }

    /// <summary>Makes the vector flat with room for rows of its own; contents are undefined, all rows valid.</summary>
    public void ResetFlat(int capacity = Batch.MaxRows) => ResetOwn(VectorShape.Flat, Type.Physical, capacity);

    /// <summary>Makes the vector constant; the caller writes element 0, or calls <see cref="SetAllNull"/>.</summary>
    public void ResetConstant(int count)
    {
        ResetOwn(VectorShape.Constant, Type.Physical, 1);
        Count = count;
    }

    /// <summary>Makes the vector narrow with room for rows of its own.</summary>
    public void ResetNarrow(PhysicalType lane, Int128 valueBase, int capacity = Batch.MaxRows)
    {
        Debug.Assert(
            lane.IsUnsigned() && lane.SizeBytes() < Type.Physical.SizeBytes(), "Not a lane narrower than the type.");
        ResetOwn(VectorShape.Narrow, lane, capacity);
        Base = valueBase;
    }

    /// <summary>Makes the vector codes of its own into a dictionary, which the caller keeps alive.</summary>
    public void ResetDictionary(PhysicalType lane, VectorDictionary dictionary, int capacity = Batch.MaxRows)
    {
        ResetOwn(VectorShape.Dictionary, lane, capacity);
        Dictionary = dictionary;
    }

    /// <summary>Points at elements of another owner, kept alive by the buffer where one is given.</summary>
    public void ResetBorrowed(
        VectorShape shape, PhysicalType lane, byte* data, ulong* validity, int count,
        NativeBuffer? owner = null, VectorDictionary? dictionary = null, Int128 valueBase = default)
    {
        Forget();
        Shape = shape;
        Lane = lane;
        Data = data;
        Validity = validity;
        Count = count;
        Dictionary = dictionary;
        Base = valueBase;
        if (owner is not null) _keptAlive.Add(owner.Retain());
    }

    /// <summary>
    /// Becomes another name for the same rows: shares buffers, copies nothing. Elements borrowed without an owner stay
    /// borrowed.
    /// </summary>
    public void ShareFrom(ColumnVector source)
    {
        if (ReferenceEquals(this, source)) return;
        Forget();
        Type = source.Type;
        Shape = source.Shape;
        Lane = source.Lane;
        Data = source.Data;
        Validity = source.Validity;
        Count = source.Count;
        Base = source.Base;
        Dictionary = source.Dictionary;
        if (source._dataBuffer is not null) _keptAlive.Add(source._dataBuffer.Retain());
        if (source._validityBuffer is not null) _keptAlive.Add(source._validityBuffer.Retain());
        foreach (NativeBuffer buffer in source._keptAlive) _keptAlive.Add(buffer.Retain());
        for (int i = 0; i < Children.Length; i++) Children[i].ShareFrom(source.Children[i]);
    }

    /// <summary>Room for validity words of its own, all rows valid, ready to be cleared bit by bit.</summary>
    public ulong* BeginValidity(int capacity = Batch.MaxRows)
    {
        long bytes = (capacity + 63) / 64 * 8;
        if (_validityBuffer is null || _validityBuffer.Length < bytes || !_validityBuffer.IsExclusive)
        {
            _validityBuffer?.Release();
            _validityBuffer = NativeBuffer.Allocate(bytes, _account);
        }
        Validity = (ulong*)_validityBuffer.Pointer;
        new Span<ulong>(Validity, (int)(bytes / 8)).Fill(ulong.MaxValue);
        return Validity;
    }

    /// <summary>Says that every row has a value.</summary>
    public void ClearValidity() => Validity = null;

    /// <summary>Marks a row as NULL.</summary>
    public void SetNull(int row, int capacity = Batch.MaxRows)
    {
        ulong* words = Validity is null ? BeginValidity(capacity) : Validity;
        words[row >> 6] &= ~(1UL << row);
    }

    /// <summary>Becomes a constant NULL.</summary>
    public void SetAllNull(int count)
    {
        ResetConstant(count);
        new Span<byte>(Data, Math.Max(Lane.SizeBytes(), 1)).Clear();
        BeginValidity(1)[0] = 0;
        // What is nested has a row too, which must be safe to copy.
        int rows = Type.Physical switch { PhysicalType.List => 0, PhysicalType.Array => Type.Length, _ => 1 };
        foreach (ColumnVector child in Children) child.FillWithNulls(rows);
    }

    private void FillWithNulls(int count)
    {
        int capacity = Math.Max(count, 1);
        ResetFlat(capacity);
        Count = count;
        new Span<byte>(Data, capacity * Lane.SizeBytes()).Clear();
        new Span<ulong>(BeginValidity(capacity), (capacity + 63) / 64).Clear();
        int rows = Type.Physical switch
        {
            PhysicalType.List => 0,
            PhysicalType.Array => count * Type.Length,
            _ => count,
        };
        foreach (ColumnVector child in Children) child.FillWithNulls(rows);
    }

    /// <summary>Takes a flat vector's row 0 for all rows.</summary>
    public void BecomeConstant(int count)
    {
        Debug.Assert(Shape == VectorShape.Flat && Count > 0, "Only a flat vector with a row becomes constant.");
        Shape = VectorShape.Constant;
        Count = count;
    }

    /// <summary>Keeps a buffer alive as long as the vector's present contents (text heaps).</summary>
    public void KeepAlive(NativeBuffer buffer)
    {
        foreach (NativeBuffer kept in _keptAlive)
        {
            if (ReferenceEquals(kept, buffer)) return;
        }
        _keptAlive.Add(buffer.Retain());
    }

    /// <summary>The buffer that bytes of the contents lie in; null where they are borrowed without an owner.</summary>
    public NativeBuffer? OwnerOf(void* start, long length)
    {
        if (_dataBuffer?.Contains((byte*)start, length) == true) return _dataBuffer;
        if (_validityBuffer?.Contains((byte*)start, length) == true) return _validityBuffer;
        foreach (NativeBuffer kept in _keptAlive)
        {
            if (kept.Contains((byte*)start, length)) return kept;
        }
        return null;
    }

    /// <summary>Keeps alive whatever another vector's text points into.</summary>
    public void KeepAliveFrom(ColumnVector source)
    {
        foreach (NativeBuffer buffer in source._keptAlive) KeepAlive(buffer);
        if (source.Dictionary is not null) KeepAliveFrom(source.Dictionary.Values);
    }

    /// <summary>Drops the buffers; the vector can be reset again.</summary>
    public void Dispose()
    {
        Forget();
        _dataBuffer?.Release();
        _validityBuffer?.Release();
        _dataBuffer = _validityBuffer = null;
        foreach (ColumnVector child in Children) child.Dispose();
    }

    private void ResetOwn(VectorShape shape, PhysicalType lane, int capacity)
    {
        Forget();
        long bytes = Math.Max(1, (long)capacity * lane.SizeBytes());
        if (_dataBuffer is null || _dataBuffer.Length < bytes || !_dataBuffer.IsExclusive)
        {
            _dataBuffer?.Release();
            _dataBuffer = NativeBuffer.Allocate(bytes, _account);
        }
        Shape = shape;
        Lane = lane;
        Data = _dataBuffer.Pointer;
    }

    private void Forget()
    {
        foreach (NativeBuffer buffer in _keptAlive) buffer.Release();
        _keptAlive.Clear();
        Data = null;
        Validity = null;
        Dictionary = null;
        Base = 0;
        Count = 0;
    }
}
