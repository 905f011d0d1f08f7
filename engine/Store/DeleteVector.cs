using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store;

/// <summary>
/// The deleted rows of a segment: a bit per row, 1 = deleted. Immutable.
/// <code>
///   bytes    field
///   8        "CFDELVEC"
///   4        row count, R
///   4        deleted count, D
///   4        form: 0 = bitmap, 1 = list
///   bitmap   8 x ceil(R / 64), bit i of word w is row 64 w + i
///   list     D variable-length numbers: the first row, then the distance from each to the next
///   4        CRC32C of the bytes before
/// </code>
/// The shorter form is written.
/// </summary>
internal sealed class DeleteVector
{
    private const int MaxRows = 1 << 24;

    private readonly ulong[] _words;

    private DeleteVector(int rowCount, ulong[] words, int deletedCount)
    {
        RowCount = rowCount;
        _words = words;
        DeletedCount = deletedCount;
    }

    private static ReadOnlySpan<byte> Magic => "CFDELVEC"u8;

    /// <summary>Rows of the segment.</summary>
    public int RowCount { get; }

    /// <summary>How many of them are deleted.</summary>
    public int DeletedCount { get; }

    /// <summary>The bits; those past the last row are 0.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    public bool this[int row] => (_words[row >> 6] >> row & 1) != 0;

    /// <summary>No row is deleted.</summary>
    public static DeleteVector None(int rowCount) => new(rowCount, new ulong[(rowCount + 63) >> 6], 0);

    /// <summary>These rows are deleted, which may come in any order and more than once.</summary>
    public static DeleteVector Of(int rowCount, IEnumerable<int> rows)
    {
        ulong[] words = new ulong[(rowCount + 63) >> 6];
        foreach (int row in rows)
        {
            Invariant.Holds((uint)row < (uint)rowCount);
            words[row >> 6] |= 1UL << row;
        }
        return Of(rowCount, words);
    }

    /// <summary>The rows that are deleted in either.</summary>
    public DeleteVector Or(DeleteVector other) => Combine(other, (mine, others) => mine | others);

    /// <summary>The rows that are deleted here and not in the other.</summary>
    public DeleteVector Except(DeleteVector other) => Combine(other, (mine, others) => mine & ~others);

    /// <summary>The rows that are not deleted.</summary>
    public DeleteVector Invert()
    {
        ulong[] words = [.. _words.Select(w => ~w)];
        if ((RowCount & 63) != 0) words[^1] &= (1UL << RowCount) - 1;
        return Of(RowCount, words);
    }

    /// <summary>True when a row is deleted in both.</summary>
    public bool Intersects(DeleteVector other)
    {
        for (int w = 0; w < _words.Length; w++)
        {
            if ((_words[w] & other._words[w]) != 0) return true;
        }
        return false;
    }

    /// <summary>The deleted rows in order.</summary>
    public IEnumerable<int> Rows()
    {
        for (int w = 0; w < _words.Length; w++)
        {
            for (ulong word = _words[w]; word != 0; word &= word - 1)
            {
                yield return (w << 6) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    /// <summary>Rows before one that are not deleted.</summary>
    public int CountLiveBefore(int row)
    {
        int deleted = 0;
        for (int w = 0; w < row >> 6; w++) deleted += BitOperations.PopCount(_words[w]);
        if ((row & 63) != 0) deleted += BitOperations.PopCount(_words[row >> 6] & ((1UL << row) - 1));
        return row - deleted;
    }

    public byte[] ToBytes()
    {
        using ByteWriter list = new();
        int previous = 0;
        foreach (int row in Rows())
        {
            list.WriteVarUInt64((ulong)(row - previous));
            previous = row;
            if (list.Length >= _words.Length * 8) break;
        }
        bool isList = list.Length < _words.Length * 8;
        using ByteWriter target = new();
        target.WriteBytes(Magic);
        target.WriteInt32(RowCount);
        target.WriteInt32(DeletedCount);
        target.WriteInt32(isList ? 1 : 0);
        if (isList) target.WriteBytes(list.WrittenSpan);
        else target.WriteUInt64s(_words);
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        return target.ToArray();
    }

    /// <exception cref="CorruptDataException">The bytes are not what <see cref="ToBytes"/> makes.</exception>
    public static DeleteVector Read(ReadOnlySpan<byte> bytes, string name, long offset = 0)
    {
        ByteReader source = new(bytes, name, offset);
        source.ThrowUnless(source.ReadBytes(8).SequenceEqual(Magic), "not a delete vector");
        source.ThrowUnless(bytes.Length >= 24, "length of a delete vector");
        uint checksum = new ByteReader(bytes[^4..], name).ReadUInt32();
        source.ThrowUnless(checksum == Checksum.Crc32C(bytes[..^4]), "checksum of a delete vector");
        int rowCount = source.ReadCount(MaxRows);
        int deletedCount = source.ReadCount(rowCount);
        int form = source.ReadInt32();
        source.ThrowUnless(form is 0 or 1, "form of a delete vector");
        ulong[] words = new ulong[(rowCount + 63) >> 6];
        if (form == 0)
        {
            source.ReadUInt64s(words.Length).CopyTo(words);
            source.ThrowUnless((rowCount & 63) == 0 || words[^1] >> rowCount == 0, "deleted rows past the last");
        }
        else
        {
            ReadList(ref source, rowCount, deletedCount, words);
        }
        source.Skip(4);
        source.ExpectEnd();
        DeleteVector vector = Of(rowCount, words);
        source.ThrowUnless(vector.DeletedCount == deletedCount, "number of deleted rows");
        return vector;
    }

    private static DeleteVector Of(int rowCount, ulong[] words) =>
        new(rowCount, words, words.Sum(BitOperations.PopCount));

    private static void ReadList(ref ByteReader source, int rowCount, int deletedCount, ulong[] words)
    {
        int row = 0;
        for (int i = 0; i < deletedCount; i++)
        {
            row += source.ReadVarCount(rowCount - 1 - row);
            words[row >> 6] |= 1UL << row;
        }
    }

    private DeleteVector Combine(DeleteVector other, Func<ulong, ulong, ulong> combine)
    {
        Invariant.Holds(RowCount == other.RowCount);
        ulong[] words = new ulong[_words.Length];
        for (int w = 0; w < words.Length; w++) words[w] = combine(_words[w], other._words[w]);
        return Of(RowCount, words);
    }
}
