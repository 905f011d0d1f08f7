using System.Globalization;
using System.Text;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Tests.Bytes;

/// <summary>The published test vectors of xxHash (cli/xsum_sanity_check.c) and of CRC32C (RFC 3720, B.4).</summary>
public sealed class HashTests
{
    private const ulong Prime32 = 2654435761, Prime64 = 11400714785074694797;

    private static readonly byte[] Sample = MakeSample(4096 + 64 + 1);

    [Theory]
    [InlineData(0, 0UL, 0xEF46DB3751D8E999)]
    [InlineData(0, Prime32, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0UL, 0xE934A84ADB052768)]
    [InlineData(1, Prime32, 0x5014607643A9B4C3)]
    [InlineData(4, 0UL, 0x9136A0DCA57457EE)]
    [InlineData(14, 0UL, 0x8282DCC4994E35C8)]
    [InlineData(14, Prime32, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0UL, 0xB641AE8CB691C174)]
    [InlineData(222, Prime32, 0x20CB8AB7AE10C14A)]
    public void XxHash64_gives_the_published_hashes(int length, ulong seed, ulong expected) =>
        Assert.Equal(expected, XxHash64.Hash(Sample.AsSpan(0, length), seed));

    [Theory]
    [InlineData(0, "6001C324468D497F", "99AA06D3014798D8")]
    [InlineData(1, "C44BDFF4074EECDB", "A6CD5E9392000F6A")]
    [InlineData(6, "3E7039BDDA43CFC6", "082AFE0B8162D12A")]
    [InlineData(12, "061A192713F69AD9", "6E3EFD8FC7802B18")]
    [InlineData(24, "1E7044D28B1B901D", "0CE966E4678D3761")]
    [InlineData(48, "F942219AED80F67B", "A002AC4E5478227E")]
    [InlineData(81, "5E8BAFB9F95FB803", "4952F58181AB0042")]
    [InlineData(222, "F1AEBD597CEC6B3A", "337E09641B948717")]
    [InlineData(403, "CDEB804D65C6DEA4", "1B6DE21E332DD73D")]
    [InlineData(512, "617E49599013CB6B", "18D2D110DCC9BCA1")]
    [InlineData(2048, "DD59E2C3A5F038E0", "F736557FD47073A5")]
    [InlineData(2240, "6E73A90539CF2948", "CCB134FBFA7CE49D")]
    [InlineData(2367, "CB37AEB9E5D361ED", "E89C0F6FF369B427")]
    public void XxHash128_gives_the_published_hashes(int length, string low, string high)
    {
        UInt128 expected = new(
            ulong.Parse(high, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            ulong.Parse(low, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(expected, XxHash128.Hash(Sample.AsSpan(0, length)));
    }

    [Fact]
    public void XxHash128_of_parts_is_that_of_the_whole()
    {
        Random random = new(7);
        for (int length = 0; length <= Sample.Length; length += length < 300 ? 1 : 37)
        {
            XxHash128 hash = new();
            for (int at = 0; at < length;)
            {
                int part = Math.Min(length - at, random.Next(random.Next(2) == 0 ? 20 : 3000));
                hash.Append(Sample.AsSpan(at, part));
                at += part;
                if (random.Next(4) == 0) Assert.Equal(XxHash128.Hash(Sample.AsSpan(0, at)), hash.Finish());
            }
            Assert.Equal(XxHash128.Hash(Sample.AsSpan(0, length)), hash.Finish());
        }
    }

    [Fact]
    public void XxHash128_begins_anew_after_a_reset()
    {
        XxHash128 hash = new();
        hash.Append(Sample);
        hash.Reset();
        hash.Append(Sample.AsSpan(0, 300));
        Assert.Equal(XxHash128.Hash(Sample.AsSpan(0, 300)), hash.Finish());
    }

    [Fact]
    public void XxHash128_lanes_by_vectors_equal_those_one_by_one()
    {
        for (int stripes = 0; stripes <= 16; stripes++)
        {
            ulong[] vector = [1, 2, 3, 4, 5, 6, 7, 8], scalar = [.. vector];
            int done = XxHash128.AddStripesVector(vector, Sample, stripes);
            XxHash128.AddStripesScalar(scalar, Sample, done, 0);
            Assert.True(done is 0 || done == stripes);
            Assert.Equal(scalar, vector);
        }
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("313233343536373839", 0xE3069283u)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AAu)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43u)]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0x46DD794Eu)]
    [InlineData("1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100", 0x113FDB5Cu)]
    public void Crc32C_gives_the_published_sums(string hex, uint expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Checksum.Crc32C(bytes));
        Assert.Equal(expected, ~Checksum.AppendScalar(~0u, bytes));
        Assert.Equal(expected, ~Checksum.AppendHardware(~0u, bytes));
    }

    [Fact]
    public void Crc32C_by_the_processor_equals_the_table_at_every_length()
    {
        byte[] bytes = new byte[3 * 4096 * 2 + 3 * 256 * 2 + 17];
        new Random(3).NextBytes(bytes);
        int step = 1;
        for (int length = 0; length <= bytes.Length; length += step)
        {
            step = length is > 100 and < 700 or > 1000 and < 12_200 ? 61 : 1;
            ReadOnlySpan<byte> part = bytes.AsSpan(bytes.Length - length);
            Assert.Equal(Checksum.AppendScalar(42, part), Checksum.AppendHardware(42, part));
        }
    }

    [Fact]
    public void Crc32C_of_parts_is_that_of_the_whole()
    {
        uint expected = Checksum.Crc32C(Sample);
        for (int cut = 0; cut <= Sample.Length; cut += 13)
            Assert.Equal(expected, Checksum.Append(Checksum.Crc32C(Sample.AsSpan(0, cut)), Sample.AsSpan(cut)));
    }

    [Fact]
    public void Crc32C_sees_every_single_bit()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("the quick brown fox");
        uint expected = Checksum.Crc32C(bytes);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(expected, Checksum.Crc32C(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    /// <summary>The sample of xxHash's own tests.</summary>
    private static byte[] MakeSample(int length)
    {
        byte[] sample = new byte[length];
        ulong state = Prime32;
        for (int i = 0; i < length; i++)
        {
            sample[i] = (byte)(state >> 56);
            state = unchecked(state * Prime64);
        }
        return sample;
    }
}
