using ColFrag.Datasets.Making;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>
/// A table of TPC-H. Its pieces start at a key, with all its streams skipped ahead to that key: rows of partsupp and
/// lineitem come by the part and the order they belong to.
/// </summary>
internal abstract class TpchTable(string name, long keyCount, int keysPerPiece, params Field[] fields) : TableGenerator
{
    public sealed override string Name => name;

    public sealed override Schema Schema { get; } = new(fields);

    public sealed override long PieceCount => (keyCount + keysPerPiece - 1) / keysPerPiece;

    public sealed override void Make(long piece, RowBlock rows)
    {
        long first = piece * keysPerPiece;
        MakeKeys(first, Math.Min(keysPerPiece, keyCount - first), rows);
    }

    /// <summary>Appends the rows of keys; the first one is 0.</summary>
    protected abstract void MakeKeys(long first, long count, RowBlock rows);

    protected static Field Integer(string name) => new(name, LogicalType.Integer, IsNullable: false);

    protected static Field BigInt(string name) => new(name, LogicalType.BigInt, IsNullable: false);

    protected static Field Money(string name) => new(name, LogicalType.Decimal(15, 2), IsNullable: false);

    protected static Field Date(string name) => new(name, LogicalType.Date, IsNullable: false);

    protected static Field Text(string name) => new(name, LogicalType.Varchar, IsNullable: false);

    /// <summary>A word and a number of nine digits: Customer#000000001.</summary>
    protected static void AppendNumbered(RowBlock rows, ReadOnlySpan<byte> word, long number)
    {
        const int Digits = 9;
        Span<byte> text = stackalloc byte[32];
        word.CopyTo(text);
        text[word.Length] = (byte)'#';
        Span<byte> digits = text.Slice(word.Length + 1, 20);
        number.TryFormat(digits, out int length, "D9", System.Globalization.CultureInfo.InvariantCulture);
        rows.Text(text[..(word.Length + 1 + Math.Max(length, Digits))]);
    }
}
