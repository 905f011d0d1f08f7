using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The groups of rows whose keys are codes of dictionaries with few values, all of them together: the codes of a row
/// are one number of 8 bits, which finds the group in an array. The array is filled by what a <see cref="GroupTable"/>
/// found for the same dictionaries. For one thread.
/// <code>number[i] = sum of code_k[i] * product of the counts of values of the keys behind k</code>
/// </summary>
internal sealed unsafe class CodedGroups : IDisposable
{
    private const int MostNumbers = 256;
    private readonly NativeBuffer _tables;
    private readonly NativeBuffer _rows;
    private readonly VectorDictionary?[] _dictionaries;
    private bool _isCoded;

    public CodedGroups(int keyCount, MemoryAccount account)
    {
        _dictionaries = new VectorDictionary?[keyCount];
        // For each key what its codes add to the number; then the groups by number.
        _tables = NativeBuffer.AllocateZeroed((keyCount + 1L) * MostNumbers, account);
        // Numbers, groups, and what a key adds.
        _rows = NativeBuffer.Allocate(3L * Batch.MaxRows, account);
    }

    private byte* Groups => _tables.Pointer + ((long)_dictionaries.Length * MostNumbers);

    private byte* Numbers => _rows.Pointer;

    /// <summary>
    /// Finds the groups of all rows; false where keys are no such codes, or some row's group is not known yet.
    /// </summary>
    public bool TryFind(ReadOnlySpan<ColumnVector> keys, int count, uint* groups)
    {
        _isCoded = AreCodes(keys);
        if (!_isCoded) return false;
        FindNumbers(keys, count);
        byte* found = Numbers + Batch.MaxRows;
        Gather.Codes(Groups, MostNumbers, Numbers, count, found);
        if (new ReadOnlySpan<byte>(found, count).Contains((byte)0)) return false;
        Widening.Convert(found, count, 0u, groups);
        return true;
    }

    /// <summary>Takes over the groups that were found otherwise, for the keys that were just asked for.</summary>
    public void Learn(uint* groups, int count)
    {
        if (!_isCoded) return;
        for (int i = 0; i < count; i++)
        {
            if (groups[i] <= byte.MaxValue) Groups[Numbers[i]] = (byte)groups[i];
        }
    }

    /// <summary>Forgets all groups.</summary>
    public void Reset()
    {
        Array.Clear(_dictionaries);
        _isCoded = false;
    }

    public void Dispose()
    {
        _tables.Release();
        _rows.Release();
    }

    private bool AreCodes(ReadOnlySpan<ColumnVector> keys)
    {
        bool isNew = false;
        int numbers = 1;
        for (int k = 0; k < keys.Length; k++)
        {
            ColumnVector key = keys[k];
            if (key.Shape != VectorShape.Dictionary || key.Lane != PhysicalType.UInt8 || key.HasNulls) return false;
            numbers *= key.Dictionary!.Count;
            if (numbers is 0 or > MostNumbers) return false;
            isNew |= !ReferenceEquals(_dictionaries[k], key.Dictionary);
        }
        if (isNew) Begin(keys);
        return keys.Length > 0;
    }

    private void Begin(ReadOnlySpan<ColumnVector> keys)
    {
        int step = 1;
        for (int k = keys.Length - 1; k >= 0; k--)
        {
            VectorDictionary dictionary = keys[k].Dictionary!;
            byte* adds = _tables.Pointer + ((long)k * MostNumbers);
            for (int code = 0; code < dictionary.Count; code++) adds[code] = (byte)(code * step);
            step *= dictionary.Count;
            _dictionaries[k] = dictionary;
        }
        new Span<byte>(Groups, MostNumbers).Clear();
    }

    private void FindNumbers(ReadOnlySpan<ColumnVector> keys, int count)
    {
        byte* part = Numbers + (2 * Batch.MaxRows);
        for (int k = 0; k < keys.Length; k++)
        {
            byte* adds = _tables.Pointer + ((long)k * MostNumbers);
            byte* target = k == 0 ? Numbers : part;
            Gather.Codes(adds, keys[k].Dictionary!.Count, keys[k].Data, count, target);
            if (k > 0) ElementWise.Apply<byte, Add<byte>>(Numbers, part, count, Numbers);
        }
    }
}
