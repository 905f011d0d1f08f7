using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Filters;

/// <summary>
/// A split block bloom filter over 64-bit hashes: a hash chooses a block of 256 bits and one bit in each of its eight
/// words, so that a test touches one cache line (Putze, Sanders, Singler 2007; the layout of Parquet's filters).
/// <code>
///   bytes    field
///   4        block count, a power of two
///   B x 32   blocks of eight 32-bit words
/// </code>
/// </summary>
internal sealed class BloomFilter
{
    private const int WordsPerBlock = 8;
    private const int MaxBlocks = 1 << 22;

    private static ReadOnlySpan<uint> Salts =>
    [
        0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31,
    ];

    private readonly uint[] _words;

    /// <summary>Room for this many keys at about ten bits each: one in a hundred others passes.</summary>
    public BloomFilter(long keyCount)
    {
        long blocks = Math.Clamp((keyCount * 10) + 255 >> 8, 1, MaxBlocks);
        _words = new uint[BitOperations.RoundUpToPowerOf2((uint)blocks) * WordsPerBlock];
    }

    private BloomFilter(uint[] words) => _words = words;

    /// <summary>Bytes of the filter.</summary>
    public long Bytes => _words.Length * 4L;

    /// <summary>
    /// Adds a hash. Threads that add at once each need a filter of their own; see <see cref="Merge"/>.
    /// </summary>
    public void Add(ulong hash)
    {
        if (Avx2.IsSupported)
        {
            ref uint block = ref _words[BlockOf(hash)];
            (Vector256.LoadUnsafe(ref block) | BitsOf(hash)).StoreUnsafe(ref block);
        }
        else
        {
            AddScalar(hash);
        }
    }

    /// <summary>False when the hash was certainly not added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayContain(ulong hash)
    {
        // Blocks are whole: where the first word is there, all eight are.
        if (Avx2.IsSupported) return Avx.TestC(Vector256.LoadUnsafe(ref _words[BlockOf(hash)]), BitsOf(hash));
        return MayContainScalar(hash);
    }

    /// <summary>What <see cref="Add"/> means, word by word.</summary>
    internal void AddScalar(ulong hash)
    {
        Span<uint> block = _words.AsSpan(BlockOf(hash), WordsPerBlock);
        for (int i = 0; i < WordsPerBlock; i++) block[i] |= 1U << BitOf(hash, i);
    }

    /// <summary>What <see cref="MayContain"/> means, word by word.</summary>
    internal bool MayContainScalar(ulong hash)
    {
        ReadOnlySpan<uint> block = _words.AsSpan(BlockOf(hash), WordsPerBlock);
        uint missing = 0;
        for (int i = 0; i < WordsPerBlock; i++) missing |= ~block[i] >> BitOf(hash, i) & 1;
        return missing == 0;
    }

    /// <summary>Becomes the filter of the keys of both, which were made for equally many.</summary>
    public void Merge(BloomFilter other)
    {
        for (int i = 0; i < _words.Length; i++) _words[i] |= other._words[i];
    }

    /// <summary>Writes the filter.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteInt32(_words.Length / WordsPerBlock);
        target.WriteSpan<uint>(_words);
    }

    /// <summary>Reads a filter.</summary>
    public static BloomFilter Read(ref ByteReader source)
    {
        int blocks = source.ReadCount(MaxBlocks);
        source.ThrowUnless(BitOperations.IsPow2(blocks), "blocks of a bloom filter");
        return new BloomFilter(source.ReadUInt32s(blocks * WordsPerBlock).ToArray());
    }

    /// <summary>The bit of each of the eight words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> BitsOf(ulong hash)
    {
        Vector256<uint> salts = Vector256.Create(
            0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31);
        return Avx2.ShiftLeftLogicalVariable(Vector256<uint>.One, (Vector256.Create((uint)hash) * salts) >>> 27);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int BlockOf(ulong hash) =>
        (int)((hash >> 32) & (uint)((_words.Length / WordsPerBlock) - 1)) * WordsPerBlock;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BitOf(ulong hash, int word) => (int)((uint)hash * Salts[word] >> 27);
}
