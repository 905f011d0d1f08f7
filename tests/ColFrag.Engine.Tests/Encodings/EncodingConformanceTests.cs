using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Tests.Encodings;

/// <summary>What every entry of the registry owes, over data that is hard.</summary>
public class EncodingConformanceTests
{
    public static TheoryData<byte, string> Encodings
    {
        get
        {
            TheoryData<byte, string> data = [];
            foreach ((byte number, IEncoding encoding) in EncodingRegistry.All)
            {
                if (encoding is not IValidityEncoding) data.Add(number, encoding.Name);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void What_is_encoded_decodes_to_the_same_bits(byte number, string name)
    {
        int applied = 0;
        foreach ((string what, Array values, byte[] bytes) in Encoded(number))
        {
            applied++;
            NativeBuffer block = Streams.ToBlock(bytes);
            AssertSame(values, Streams.Decode(block, values, 0, values.Length), $"{name}: {what}");
            block.Release();
        }
        Assert.True(applied > 0, $"{name} applies to none of the hard data");
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Any_vector_decodes_on_its_own_in_any_order(byte number, string name)
    {
        Random random = new(number);
        foreach ((string what, Array values, byte[] bytes) in Encoded(number))
        {
            if (values.Length < 100) continue;
            NativeBuffer block = Streams.ToBlock(bytes);
            for (int round = 0; round < 6; round++)
            {
                int first =
                    random.Next((values.Length + HardData.VectorRows - 1) / HardData.VectorRows) * HardData.VectorRows;
                int count = random.Next(values.Length - first + 1);
                Array expected = Array.CreateInstance(values.GetType().GetElementType()!, count);
                Array.Copy(values, first, expected, 0, count);
                AssertSame(expected, Streams.Decode(block, values, first, count),
                    $"{name}: {what} from {first}, {count} rows");
            }
            block.Release();
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Damaged_bytes_give_CorruptData_or_wrong_values_and_never_another_exception(byte number, string name)
    {
        Random random = new(number);
        int rounds = Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? 400 : 12;
        foreach ((string what, Array values, byte[] bytes) in Encoded(number, 200))
        {
            for (int round = 0; round < rounds; round++)
            {
                byte[] damaged = Damage(bytes, random);
                NativeBuffer block = Streams.ToBlock(damaged);
                try
                {
                    Streams.Decode(block, values, 0, values.Length);
                }
                catch (CorruptDataException)
                {
                    // Found out.
                }
                catch (Exception other)
                {
                    Assert.Fail($"{name}: {what}, seed {number}, round {round}: {other}");
                }
                finally
                {
                    block.Release();
                }
            }
        }
    }

    [Fact]
    public void The_chosen_encoding_is_never_much_larger_than_plain()
    {
        foreach (int count in HardData.Lengths)
        {
            foreach ((string what, long[] values) in HardData.Integers(count))
            {
                using ByteWriter target = new();
                EncodingChooser.WriteIntegers(values, Streams.Context, target);
                Assert.True(target.Length <= (count * 8) + 32, $"{what}, {count} values: {target.Length} bytes");
                NativeBuffer block = Streams.ToBlock(target.WrittenSpan);
                Assert.Equal(values, Streams.Decode(block, values, 0, count));
                block.Release();
            }
        }
    }

    [Fact]
    public unsafe void Validity_comes_back_from_every_pattern()
    {
        foreach (int count in HardData.Lengths)
        {
            foreach (Func<int, bool> pattern in (Func<int, bool>[])
                [_ => true, _ => false, i => i % 2 == 0, i => i > 40, i => i < 40, i => i / 100 % 2 == 1, i => i != 3])
            {
                ulong[] words = new ulong[(count / 64) + 1];
                for (int i = 0; i < count; i++) words[i >> 6] |= (pattern(i) ? 1UL : 0) << i;
                using ByteWriter target = new();
                fixed (ulong* validity = words) EncodingChooser.WriteValidity(validity, count, Streams.Context, target);
                NativeBuffer block = Streams.ToBlock(target.WrittenSpan);
                NodeReader source = new(block, (int)block.Length, HardData.VectorRows, "validity", 0);
                ValidityDecoder decoder = EncodingRegistry.OpenValidity(ref source, count);
                Assert.True(source.Bytes.IsAtEnd);
                for (int first = 0; first < count; first += 64)
                {
                    ulong[] decoded = new ulong[(count / 64) + 1];
                    fixed (ulong* start = decoded) decoder.Decode(first, count - first, start);
                    for (int i = first; i < count; i++)
                    {
                        Assert.Equal(pattern(i), (decoded[(i - first) >> 6] >> (i - first) & 1) != 0);
                    }
                }
                block.Release();
            }
        }
    }

    private static IEnumerable<(string What, Array Values, byte[] Bytes)> Encoded(
        byte number, int longest = int.MaxValue)
    {
        IEncoding encoding = EncodingRegistry.All.First(e => e.Number == number).Encoding;
        foreach (int count in HardData.Lengths)
        {
            if (count > longest) continue;
            IEnumerable<(string, Array)> all = HardData.Integers(count).Select(d => (d.Name, (Array)d.Values))
                .Concat(HardData.Wides(count).Select(d => (d.Name, (Array)d.Values)))
                .Concat(HardData.Doubles(count).Select(d => (d.Name, (Array)d.Values)))
                .Concat(HardData.Doubles(count).Select(d => (d.Name, (Array)d.Values.Select(v => (float)v).ToArray())))
                .Concat(HardData.Texts(count).Select(d => (d.Name, (Array)d.Values)));
            foreach ((string what, Array values) in all)
            {
                if (Streams.Encode(number, encoding, values) is { } bytes) yield return (
                    $"{what} x {count}", values, bytes);
            }
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        if (random.Next(4) == 0) return bytes[..random.Next(bytes.Length)];
        byte[] damaged = [.. bytes];
        for (int flips = random.Next(1, 4); flips > 0; flips--)
        {
            // The first bytes decide most.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(40, bytes.Length)) : random.Next(bytes.Length);
            damaged[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(damaged[at] ^ 1 << random.Next(8));
        }
        return damaged;
    }

    private static void AssertSame(Array expected, Array actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool isSame = (expected, actual) switch
            {
                (double[] e, double[] a) =>
                    BitConverter.DoubleToInt64Bits(e[i]) == BitConverter.DoubleToInt64Bits(a[i]),
                (float[] e, float[] a) => BitConverter.SingleToInt32Bits(e[i]) == BitConverter.SingleToInt32Bits(a[i]),
                (byte[][] e, byte[][] a) => e[i].AsSpan().SequenceEqual(a[i]),
                _ => expected.GetValue(i)!.Equals(actual.GetValue(i)),
            };
            Assert.True(isSame, $"{what}: row {i}: {expected.GetValue(i)} came back as {actual.GetValue(i)}");
        }
    }
}
