using System.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>Vectors of texts as codes of a dictionary, and as they are.</summary>
internal static unsafe class CodedTexts
{
    /// <summary>A dictionary of texts in the order of their bytes.</summary>
    public static VectorDictionary Sorted(IEnumerable<string> texts)
    {
        string[] sorted = [.. texts.Distinct().Order(StringComparer.Ordinal)];
        return new VectorDictionary(Flat(sorted), isSorted: true);
    }

    /// <summary>Codes in a lane; null is NULL.</summary>
    public static ColumnVector Codes(VectorDictionary dictionary, PhysicalType lane, ReadOnlySpan<int?> codes)
    {
        ColumnVector vector = new(LogicalType.Varchar);
        vector.ResetDictionary(lane, dictionary, Math.Max(codes.Length, 1));
        vector.Count = codes.Length;
        for (int i = 0; i < codes.Length; i++)
        {
            VectorValues.StoreInteger(vector.Data, lane, i, codes[i] ?? 0);
            if (codes[i] is null) vector.SetNull(i, codes.Length);
        }
        return vector;
    }

    /// <summary>Texts that the vector keeps alive; null is NULL.</summary>
    public static ColumnVector Flat(ReadOnlySpan<string?> texts)
    {
        Arena arena = new(MemoryAccount.Untracked);
        Value[] values = new Value[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            values[i] = texts[i] is { } text ? Value.Text(text) : Value.Null(LogicalType.Varchar);
        }
        ColumnVector vector = new(LogicalType.Varchar);
        VectorBuilder.Build(vector, values, arena);
        foreach (NativeBuffer block in arena.Blocks) vector.KeepAlive(block);
        return vector;
    }

    /// <summary>Nothing but NULL.</summary>
    public static ColumnVector Nulls(int count)
    {
        ColumnVector vector = new(LogicalType.Varchar);
        vector.SetAllNull(count);
        return vector;
    }

    /// <summary>Batches of one column: codes of two dictionaries in all lanes, NULLs, texts, in any order.</summary>
    public static IEnumerable<ColumnVector> Mixture(int seed, int batches, bool onlyCodes)
    {
        Random random = new(seed);
        VectorDictionary[] dictionaries =
        [
            Sorted(Enumerable.Range(0, 200).Select(i => $"town {i}")),
            Sorted(Enumerable.Range(100, 1_500).Select(i => new string('x', i % 40) + $"town {i}")),
        ];
        int kind = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            if (random.Next(4) == 0) kind = random.Next(onlyCodes ? 3 : 4);
            int count = 1 + random.Next(Batch.MaxRows);
            if (kind == 2)
            {
                yield return Nulls(count);
                continue;
            }
            VectorDictionary dictionary = dictionaries[kind & 1];
            int?[] codes = [.. Enumerable.Range(0, count).Select(
                _ => random.Next(9) == 0 ? (int?)null : random.Next(dictionary.Count))];
            PhysicalType lane = kind == 0 && random.Next(2) == 0 ? PhysicalType.UInt8
                : random.Next(2) == 0 ? PhysicalType.UInt16 : PhysicalType.UInt32;
            using ColumnVector coded = Codes(dictionary, lane, codes);
            if (kind != 3) yield return coded;
            else yield return Flat([.. Texts(coded)]);
        }
    }

    /// <summary>The texts of a vector of any shape.</summary>
    public static string?[] Texts(ColumnVector vector) =>
        [.. Enumerable.Range(0, vector.Count).Select(i => vector.IsValid(i) ? TextAt(vector, i) : null)];

    private static string TextAt(ColumnVector vector, int row) => Encoding.UTF8.GetString(vector.GetUtf8(row).Span);
}
