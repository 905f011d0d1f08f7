namespace ColFrag.Engine.Formats.Parquet.Variants;

/// <summary>
/// The names of the fields of a VARIANT's objects, each once.
/// <code>
///   bytes    field
///   1        bits 0 to 3: version, 1; bit 4: names are sorted; bits 6 and 7: W - 1
///   W        number of names, N
///   W x N+1  where each name begins in the bytes of names, and where the last one ends
///   …        bytes of names, UTF-8
/// </code>
/// Little-endian. See apache/parquet-format <c>VariantEncoding.md</c>.
/// </summary>
internal readonly ref struct VariantMetadata
{
    private readonly ReadOnlySpan<byte> _offsets;
    private readonly ReadOnlySpan<byte> _names;
    private readonly VariantPlace _place;
    private readonly int _width;
    private readonly int _count;

    private VariantMetadata(
        ReadOnlySpan<byte> offsets, ReadOnlySpan<byte> names, int width, int count, VariantPlace place)
    {
        _offsets = offsets;
        _names = names;
        _width = width;
        _count = count;
        _place = place;
    }

    /// <summary>Reads the head; names are looked at when they are asked for.</summary>
    public static VariantMetadata Read(ReadOnlySpan<byte> bytes, VariantPlace place)
    {
        place.ThrowUnless(bytes.Length >= 1 && (bytes[0] & 0xF) == 1, "version of the metadata");
        int width = (bytes[0] >> 6) + 1;
        long count = place.ReadNumber(bytes, 1, width);
        long offsetBytes = (count + 1) * width;
        place.ThrowUnless(offsetBytes <= bytes.Length - 1 - width, "number of names");
        ReadOnlySpan<byte> offsets = bytes.Slice(1 + width, (int)offsetBytes);
        return new VariantMetadata(offsets, bytes[(1 + width + (int)offsetBytes)..], width, (int)count, place);
    }

    /// <summary>The name with a number, as UTF-8.</summary>
    public ReadOnlySpan<byte> NameOf(long number)
    {
        _place.ThrowUnless(number < _count, "number of a name");
        long start = _place.ReadNumber(_offsets, number * _width, _width);
        long end = _place.ReadNumber(_offsets, (number + 1) * _width, _width);
        _place.ThrowUnless(start <= end && end <= _names.Length, "place of a name");
        ReadOnlySpan<byte> name = _names[(int)start..(int)end];
        _place.ThrowUnless(System.Text.Unicode.Utf8.IsValid(name), "name is not UTF-8");
        return name;
    }
}
