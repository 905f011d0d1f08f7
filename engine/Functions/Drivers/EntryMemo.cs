using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// A function's values for the entries of one dictionary, beside constants: computed once per entry, all at once for
/// small dictionaries, else when an entry is first seen.
/// </summary>
internal sealed unsafe class EntryMemo : IDisposable
{
    private VectorDictionary? _dictionary;
    private ColumnVector? _results;
    private Arena? _text;
    private ulong[] _done = [];
    private ulong[] _null = [];
    private byte[][] _constants = [];
    private uint[]? _codes;
    private VectorDictionary? _resultDictionary;
    private ColumnVector[] _arguments = [];
    private Arena? _constantText;

    /// <summary>Number of entries.</summary>
    public int Count => _dictionary!.Count;

    /// <summary>The values so far, by entry.</summary>
    public ColumnVector Results => _results!;

    /// <summary>Where text of values goes.</summary>
    public Arena Text => _text!;

    /// <summary>The function's arguments with the entries in place of the codes.</summary>
    public RowArguments Arguments { get; private set; }

    /// <summary>True when every entry has its value.</summary>
    public bool IsComplete { get; private set; }

    public bool IsDone(int entry) => (_done[entry >> 6] >> entry & 1) != 0;

    public void SetDone(int entry) => _done[entry >> 6] |= 1UL << entry;

    public bool IsNull(int entry) => (_null[entry >> 6] >> entry & 1) != 0;

    public void SetNull(int entry) => _null[entry >> 6] |= 1UL << entry;

    /// <summary>True when the memo holds values of this dictionary beside these constants.</summary>
    public bool IsFor(VectorDictionary dictionary, ReadOnlySpan<ColumnVector> arguments, int codes)
    {
        if (!ReferenceEquals(dictionary, _dictionary)) return false;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i != codes && !ElementBytes(arguments[i]).SequenceEqual(_constants[i])) return false;
        }
        return true;
    }

    /// <summary>Starts over for another dictionary.</summary>
    public void Begin(
        ReadOnlySpan<ColumnVector> arguments, int codes, LogicalType resultType, MemoryAccount account)
    {
        // Vectors that were given away keep what they need of the memo before.
        _results?.Dispose();
        _text?.Dispose();
        _constantText?.Dispose();
        _dictionary = arguments[codes].Dictionary!;
        _results = new ColumnVector(resultType, account);
        _results.ResetFlat(Math.Max(Count, 1));
        _results.Count = Count;
        new Span<byte>(_results.Data, Count * _results.Lane.SizeBytes()).Clear();
        _text = new Arena(account);
        _constantText = new Arena(account);
        _done = new ulong[(Count + 63) >> 6];
        _null = new ulong[(Count + 63) >> 6];
        _codes = null;
        _resultDictionary = null;
        IsComplete = false;
        _constants = new byte[arguments.Length][];
        foreach (ColumnVector constant in _arguments) constant.Dispose();
        _arguments = new ColumnVector[arguments.Length];
        RowArguments rows = default;
        for (int i = 0; i < arguments.Length; i++)
        {
            _arguments[i] = new ColumnVector(arguments[i].Type, account);
            if (i == codes)
            {
                rows.Set(i, _dictionary.Values);
                continue;
            }
            // The constant's own bytes are the caller's, and may be gone by the next batch.
            _constants[i] = ElementBytes(arguments[i]).ToArray();
            _arguments[i].SetConstant(arguments[i].GetValue(0), 1, _constantText);
            rows.Set(i, _arguments[i]);
        }
        Arguments = rows;
    }

    /// <summary>Says that every entry has its value, and finds out which entries gave equal text.</summary>
    public void Complete()
    {
        IsComplete = true;
        foreach (ulong word in _null)
        {
            if (word != 0) return;
        }
        if (Results.Type.Physical == PhysicalType.Utf8) MakeDictionary();
    }

    /// <summary>Gives every row its entry's value: as codes of a new dictionary for text, else flat.</summary>
    public void LookUp(ColumnVector column, int count, ColumnVector result)
    {
        if (_resultDictionary is not null)
        {
            result.ResetDictionary(PhysicalType.UInt16, _resultDictionary, Math.Max(count, 1));
            ushort* target = (ushort*)result.Data;
            for (int row = 0; row < count; row++) target[row] = (ushort)_codes![column.GetCode(row)];
        }
        else
        {
            LookUpFlat(column, count, result);
        }
        result.Count = count;
        KeepText(result);
        ApplyNulls(column, count, result);
    }

    /// <summary>Makes a vector keep the text of the values alive, and what slices of entries point into.</summary>
    public void KeepText(ColumnVector result)
    {
        if (Results.Type.Physical != PhysicalType.Utf8) return;
        foreach (NativeBuffer block in Text.Blocks) result.KeepAlive(block);
        foreach (NativeBuffer block in _constantText!.Blocks) result.KeepAlive(block);
        if (_dictionary!.Values.Type.Physical == PhysicalType.Utf8) result.KeepAliveFrom(_dictionary.Values);
    }

    public void Dispose()
    {
        _results?.Dispose();
        _text?.Dispose();
        _constantText?.Dispose();
        foreach (ColumnVector argument in _arguments) argument.Dispose();
    }

    private void LookUpFlat(ColumnVector column, int count, ColumnVector result)
    {
        byte* source = Results.Data;
        switch (result.Lane.SizeBytes())
        {
            case 1: Copy(source, result.Data, column, count); break;
            case 2: Copy((ushort*)source, (ushort*)result.Data, column, count); break;
            case 4: Copy((uint*)source, (uint*)result.Data, column, count); break;
            case 8: Copy((ulong*)source, (ulong*)result.Data, column, count); break;
            default: Copy((UInt128*)source, (UInt128*)result.Data, column, count); break;
        }
    }

    private static void Copy<T>(T* source, T* target, ColumnVector column, int count) where T : unmanaged
    {
        switch (column.Lane)
        {
            case PhysicalType.UInt8:
                for (int row = 0; row < count; row++) target[row] = source[column.Data[row]];
                break;
            case PhysicalType.UInt16:
                for (int row = 0; row < count; row++) target[row] = source[((ushort*)column.Data)[row]];
                break;
            default:
                for (int row = 0; row < count; row++) target[row] = source[((uint*)column.Data)[row]];
                break;
        }
    }

    private void ApplyNulls(ColumnVector column, int count, ColumnVector result)
    {
        bool hasNullEntries = _null.AsSpan().IndexOfAnyExcept(0UL) >= 0;
        if (!column.HasNulls && !hasNullEntries) return;
        ulong* words = result.BeginValidity(Math.Max(count, 1));
        RowMask.FillOnes(words, count);
        if (column.HasNulls) Bits.And(words, column.Validity, count);
        if (!hasNullEntries) return;
        for (int row = 0; row < count; row++)
        {
            if (IsNull((int)column.GetCode(row))) words[row >> 6] &= ~(1UL << row);
        }
    }

    // Entries that gave the same text must share a code, since others compare and group by code.
    private void MakeDictionary()
    {
        Utf8View* views = (Utf8View*)Results.Data;
        Dictionary<int, List<int>> seen = [];
        List<int> distinct = [];
        _codes = new uint[Count];
        for (int entry = 0; entry < Count; entry++)
        {
            HashCode hash = default;
            hash.AddBytes(views[entry].Span);
            int key = hash.ToHashCode();
            if (!seen.TryGetValue(key, out List<int>? codes)) seen.Add(key, codes = []);
            int code = codes.Find(c => views[distinct[c]].SameAs(views[entry]), -1);
            if (code < 0)
            {
                code = distinct.Count;
                distinct.Add(entry);
                codes.Add(code);
            }
            _codes[entry] = (uint)code;
        }
        ColumnVector values = new(Results.Type);
        values.ResetFlat(Math.Max(distinct.Count, 1));
        values.Count = distinct.Count;
        for (int code = 0; code < distinct.Count; code++) ((Utf8View*)values.Data)[code] = views[distinct[code]];
        KeepText(values);
        _resultDictionary = new VectorDictionary(values, isSorted: false);
    }

    private static ReadOnlySpan<byte> ElementBytes(ColumnVector constant) => constant.Type.Physical == PhysicalType.Utf8
        ? ((Utf8View*)constant.Data)->Span
        : new ReadOnlySpan<byte>(constant.Data, constant.Lane.SizeBytes());
}

file static class ListSearch
{
    /// <summary>The first item that matches, or another value where none does.</summary>
    public static int Find(this List<int> items, Predicate<int> matches, int otherwise)
    {
        foreach (int item in items)
        {
            if (matches(item)) return item;
        }
        return otherwise;
    }
}
