using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// The texts of a leaf whose batches come as dictionary codes: each distinct text once, and its number for each value.
/// A text is hashed when its code is seen for the first time, not for each row that has it.
/// </summary>
internal sealed unsafe class TextCodes
{
    /// <summary>More distinct texts than this are hardly written as a dictionary.</summary>
    private const int MaxEntries = 1 << 15;

    private readonly Dictionary<byte[], int> _numbers = new(new ByteComparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _byText;
    private readonly List<byte[]> _entries = [];
    private readonly List<int> _firsts = [];
    private VectorDictionary? _source;

    // Number and one, by code of the source; 0 where the code was not seen.
    private int[] _bySource = [];
    private int[] _codes = [];

    public TextCodes() => _byText = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Values.</summary>
    public int Count { get; private set; }

    /// <summary>Distinct texts.</summary>
    public int EntryCount => _entries.Count;

    /// <summary>The number of each value's text.</summary>
    public int[] Codes => _codes;

    /// <summary>A text.</summary>
    public byte[] this[int number] => _entries[number];

    /// <summary>The index of the first value that has a text.</summary>
    public int FirstOf(int number) => _firsts[number];

    /// <summary>True when values of such a vector can be added by number.</summary>
    public static bool Takes(ColumnVector vector) =>
        vector.Type.Physical == PhysicalType.Utf8 && vector.Shape is VectorShape.Dictionary or VectorShape.Constant;

    /// <summary>Adds values at rows, none of which is NULL; false, and nothing changes, for too many texts.</summary>
    public bool TryAdd(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        if (Count + rows.Length > _codes.Length)
        {
            Array.Resize(ref _codes, Math.Max(Count + rows.Length, Math.Max(4096, _codes.Length * 2)));
        }
        Span<int> target = _codes.AsSpan(Count, rows.Length);
        if (vector.IsConstant) target.Fill(NumberOf(((Utf8View*)vector.Data)[0], Count));
        else if (!TryAddCodes(vector, rows, target)) return false;
        Count += rows.Length;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _numbers.Clear();
        _entries.Clear();
        _firsts.Clear();
        _source = null;
        Count = 0;
    }

    private bool TryAddCodes(ColumnVector vector, ReadOnlySpan<int> rows, Span<int> target)
    {
        if (!ReferenceEquals(vector.Dictionary, _source))
        {
            _source = vector.Dictionary!;
            if (_bySource.Length < _source.Count) _bySource = new int[_source.Count];
            Array.Clear(_bySource);
        }
        return vector.Lane switch
        {
            PhysicalType.UInt8 => TryAddCodes(vector.Data, rows, target),
            PhysicalType.UInt16 => TryAddCodes((ushort*)vector.Data, rows, target),
            _ => TryAddCodes((uint*)vector.Data, rows, target),
        };
    }

    private bool TryAddCodes<T>(T* codes, ReadOnlySpan<int> rows, Span<int> target)
        where T : unmanaged, IBinaryInteger<T>
    {
        Utf8View* values = (Utf8View*)_source!.Values.Data;
        int[] bySource = _bySource;
        for (int i = 0; i < rows.Length; i++)
        {
            int code = int.CreateTruncating(codes[rows[i]]);
            int number = bySource[code];
            if (number == 0)
            {
                if (_entries.Count == MaxEntries) return false;
                bySource[code] = number = NumberOf(values[code], Count + i) + 1;
            }
            target[i] = number - 1;
        }
        return true;
    }

    private int NumberOf(Utf8View text, int valueIndex)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_byText, text.Span, out bool exists);
        if (exists) return number;
        _entries.Add(text.Span.ToArray());
        _firsts.Add(valueIndex);
        return number = _entries.Count - 1;
    }

    private sealed class ByteComparer
        : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] bytes) => GetHashCode(bytes.AsSpan());

        public bool Equals(ReadOnlySpan<byte> text, byte[] bytes) => text.SequenceEqual(bytes);

        public int GetHashCode(ReadOnlySpan<byte> text) => (int)XxHash64.Hash(text);

        public byte[] Create(ReadOnlySpan<byte> text) => text.ToArray();
    }
}
