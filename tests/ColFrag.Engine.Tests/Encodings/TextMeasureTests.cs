using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Encodings;

/// <summary>Lengths that encodings tell without decoding are those of the decoded texts.</summary>
public sealed unsafe class TextMeasureTests
{
    [Fact]
    public void Lengths_are_those_of_the_decoded_texts()
    {
        HashSet<string> told = [];
        foreach ((string what, string name, byte[][] values, byte[] bytes) in Encoded())
        {
            NativeBuffer block = Streams.ToBlock(bytes);
            for (int first = 0; first < values.Length; first += 3 * HardData.VectorRows)
            {
                byte[][] expected = values[first..];
                foreach (TextMeasure measure in (TextMeasure[])[TextMeasure.Bytes, TextMeasure.Characters])
                {
                    if (TryMeasure(block, values.Length, first, measure) is not { } lengths) continue;
                    told.Add($"{name} {measure}");
                    Assert.True(
                        expected.Select(t => LengthOf(t, measure)).SequenceEqual(lengths), $"{what}: {measure}");
                }
            }
            block.Release();
        }
        foreach (string name in (string[])["constant", "plain", "fsst", "prefix"])
            Assert.True(told.IsSupersetOf([$"{name} Bytes", $"{name} Characters"]), name);
    }

    [Fact]
    public void Damaged_bytes_give_CorruptData_or_wrong_lengths_and_never_another_exception()
    {
        Random random = new(28);
        foreach ((string what, _, byte[][] values, byte[] bytes) in Encoded())
        {
            for (int round = 0; round < 20; round++)
            {
                byte[] damaged = random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
                for (int flips = random.Next(1, 4); flips > 0 && damaged.Length > 0; flips--)
                    damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                NativeBuffer block = Streams.ToBlock(damaged);
                try
                {
                    TryMeasure(block, values.Length, 0, TextMeasure.Bytes);
                    TryMeasure(block, values.Length, 0, TextMeasure.Characters);
                }
                catch (CorruptDataException)
                {
                    // Found out.
                }
                catch (Exception other)
                {
                    Assert.Fail($"{what}, round {round}: {other}");
                }
                finally
                {
                    block.Release();
                }
            }
        }
    }

    [Fact]
    public void Codes_are_added_up_like_one_by_one()
    {
        Random random = new(29);
        byte[] ofSymbols = new byte[256];
        random.NextBytes(ofSymbols);
        for (int i = 0; i < 255; i++) ofSymbols[i] %= 9;
        ofSymbols[255] = 0;
        for (int round = 0; round < 200; round++)
        {
            int count = random.Next(1, 100);
            uint[] sizes = new uint[count];
            for (int i = 0; i < count; i++) sizes[i] = (uint)random.Next(random.Next(2) == 0 ? 20 : 700);
            byte[] codes = new byte[sizes.Sum(s => s)];
            random.NextBytes(codes);
            for (int i = 0; i < codes.Length && round % 3 == 0; i++) codes[i] |= (byte)(random.Next(3) == 0 ? 255 : 0);
            bool inCharacters = round % 2 == 0;
            int[] lengths = new int[count];
            byte[] room = new byte[FsstLengths.RoomFor(codes.Length)];
            // An escape is never the last code of a text.
            long end = 0;
            foreach (uint size in sizes)
            {
                end += size;
                if (size > 0) codes[end - 1] = 7;
                if (size > 1 && codes[end - 2] == 255) codes[end - 2] = 8;
            }
            fixed (byte* start = codes, at = room)
            fixed (uint* size = sizes)
            fixed (int* target = lengths)
            {
                FsstLengths.Of(start, size, count, ofSymbols, inCharacters, at, target);
                byte* text = start;
                for (int i = 0; i < count; i++)
                {
                    Assert.Equal(FsstLengths.OfScalar(text, (int)sizes[i], ofSymbols, inCharacters), lengths[i]);
                    text += sizes[i];
                }
            }
        }
    }

    private static int LengthOf(byte[] text, TextMeasure measure) =>
        measure == TextMeasure.Bytes ? text.Length : text.Count(b => (b & 0xC0) != 0x80);

    private static int[]? TryMeasure(NativeBuffer block, int count, int first, TextMeasure measure)
    {
        NodeReader source = new(block, (int)block.Length, HardData.VectorRows, "stream", 0);
        TextDecoder decoder = EncodingRegistry.OpenTexts(ref source, count);
        int[] lengths = new int[count - first];
        fixed (int* target = lengths)
            return decoder.TryMeasure(first, lengths.Length, measure, target, out _) ? lengths : null;
    }

    private static IEnumerable<(string What, string Name, byte[][] Values, byte[] Bytes)> Encoded()
    {
        foreach ((byte number, ITextEncoding encoding) in EncodingRegistry.Of<ITextEncoding>())
        {
            foreach (int count in HardData.Lengths)
            {
                foreach ((string what, byte[][] values) in HardData.Texts(count))
                {
                    if (Streams.Encode(number, encoding, values) is { } bytes)
                        yield return ($"{encoding.Name}: {what} x {count}", encoding.Name, values, bytes);
                }
            }
        }
    }
}
