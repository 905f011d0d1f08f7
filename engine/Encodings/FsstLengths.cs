using System.Runtime.CompilerServices;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// How long texts are, from their codes: each code stands for so many bytes, or characters, that its symbol has. Codes
/// of many texts become such numbers at once, then each text adds up its own.
/// </summary>
internal static unsafe class FsstLengths
{
    /// <summary>The length of one text.</summary>
    /// <param name="codes">Its codes.</param>
    /// <param name="size">How many.</param>
    /// <param name="ofSymbols">What each of the 256 codes stands for.</param>
    /// <param name="inCharacters">Whether characters are counted, not bytes.</param>
    public static int OfScalar(byte* codes, int size, ReadOnlySpan<byte> ofSymbols, bool inCharacters)
    {
        int length = 0;
        for (int i = 0; i < size; i++)
        {
            if (codes[i] != FsstTable.Escape) length += ofSymbols[codes[i]];
            else if (++i < size) length += OfByte(codes[i], inCharacters);
        }
        return length;
    }

    /// <summary>Bytes of room for so many codes: a number for each, and a sum for each eight.</summary>
    public static int RoomFor(int codeCount) => ((codeCount + 15) & ~7) + (((codeCount / 8) + 2) * sizeof(uint));

    /// <summary>
    /// The lengths of texts whose codes lie one after the other; true when no byte beyond ASCII stands for itself.
    /// </summary>
    public static bool Of(
        byte* codes, uint* sizes, int count, ReadOnlySpan<byte> ofSymbols, bool inCharacters, byte* room, int* lengths)
    {
        int codeCount = (int)Sums.Sum(sizes, count);
        fixed (byte* table = ofSymbols) Gather.Codes(table, ofSymbols.Length, codes, codeCount, room);
        bool isAscii = CountEscaped(new ReadOnlySpan<byte>(codes, codeCount), inCharacters, room);
        *(ulong*)(room + codeCount) = 0;
        // Sums before each word of eight numbers; then a text is the difference of two sums, without a loop.
        int words = (codeCount / 8) + 1;
        uint* sums = (uint*)(room + ((codeCount + 15) & ~7));
        uint sum = 0;
        for (int w = 0; w < words; w++)
        {
            sums[w] = sum;
            sum += Add(Unsafe.ReadUnaligned<ulong>(room + (8L * w)));
        }
        uint at = 0, before = 0;
        for (int i = 0; i < count; i++)
        {
            at += sizes[i];
            // Numbers of the word that lie before the place; of none where the place is at its beginning.
            ulong part = Unsafe.ReadUnaligned<ulong>(room + (at & ~7u)) & ((1UL << (int)(8 * (at & 7))) - 1);
            uint end = sums[at / 8] + Add(part);
            lengths[i] = (int)(end - before);
            before = end;
        }
        return isAscii;
    }

    /// <summary>The sum of eight numbers, each at most 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Add(ulong numbers) => (uint)(numbers * 0x0101_0101_0101_0101 >> 56);

    /// <summary>A byte that stands for itself counts, and its escape does not; false where one is not ASCII.</summary>
    private static bool CountEscaped(ReadOnlySpan<byte> codes, bool inCharacters, byte* room)
    {
        bool isAscii = true;
        int at = 0;
        while (codes[at..].IndexOf(FsstTable.Escape) is >= 0 and int distance)
        {
            at += distance;
            room[at] = 0;
            if (++at == codes.Length) break;
            room[at] = OfByte(codes[at], inCharacters);
            isAscii &= codes[at] < 128;
            at++;
        }
        return isAscii;
    }

    private static byte OfByte(byte text, bool inCharacters) =>
        inCharacters && (text & 0xC0) == 0x80 ? (byte)0 : (byte)1;
}
