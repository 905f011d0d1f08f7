namespace ColFrag.Engine.Formats.Parquet.Variants;

/// <summary>
/// The fields of an object in the bytes of a VARIANT: writers put them in the order of their names; values may lie in
/// any order.
/// </summary>
internal readonly ref struct VariantFields
{
    private readonly ReadOnlySpan<byte> _value;
    private readonly VariantMetadata _names;
    private readonly VariantPlace _place;
    private readonly int _offsetBytes;
    private readonly int _nameBytes;
    private readonly long _numbers;
    private readonly long _offsets;
    private readonly long _values;

    public VariantFields(
        ReadOnlySpan<byte> value, VariantMetadata names, VariantPlace place, int offsetBytes, int nameBytes,
        bool isLarge)
    {
        _value = value;
        _names = names;
        _place = place;
        _offsetBytes = offsetBytes;
        _nameBytes = nameBytes;
        long count = place.ReadNumber(value, 1, isLarge ? 4 : 1);
        _numbers = isLarge ? 5 : 2;
        _offsets = _numbers + (count * nameBytes);
        _values = _offsets + ((count + 1) * offsetBytes);
        place.ThrowUnless(_values <= value.Length, "number of fields");
        Count = (int)count;
    }

    /// <summary>Number of fields.</summary>
    public int Count { get; }

    /// <summary>The name of a field.</summary>
    public ReadOnlySpan<byte> NameOf(int field) =>
        _names.NameOf(_place.ReadNumber(_value, _numbers + ((long)field * _nameBytes), _nameBytes));

    /// <summary>The bytes that the value of a field begins.</summary>
    public ReadOnlySpan<byte> ValueOf(int field)
    {
        long at = _values + _place.ReadNumber(_value, _offsets + ((long)field * _offsetBytes), _offsetBytes);
        _place.ThrowUnless(at < _value.Length, "place of a field");
        return _value[(int)at..];
    }
}
