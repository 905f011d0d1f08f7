namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Where the code of each key lies in the words of a row. A code never crosses a word; a NULL flag has a place of its
/// own.
/// </summary>
internal sealed unsafe class KeyLayout
{
    private readonly IReadOnlyList<KeyEncoder> _encoders;
    private readonly Place[] _codes;
    private readonly Place[] _flags;

    public KeyLayout(IReadOnlyList<KeyEncoder> encoders)
    {
        _encoders = encoders;
        _codes = new Place[encoders.Count];
        _flags = new Place[encoders.Count];
        Arrange();
    }

    private KeyLayout(KeyLayout other)
    {
        _encoders = other._encoders;
        _codes = [.. other._codes];
        _flags = [.. other._flags];
        Words = other.Words;
        Bits = other.Bits;
    }

    /// <summary>Words of a row.</summary>
    public int Words { get; private set; }

    /// <summary>Bits in use of the only word; more than 64 when there are several.</summary>
    public int Bits { get; private set; }

    /// <summary>The layout as it is now.</summary>
    public KeyLayout Copy() => new(this);

    /// <summary>Gives every code a place for the bits that it has now.</summary>
    public void Arrange()
    {
        List<int> used = [];
        for (int k = 0; k < _encoders.Count; k++)
        {
            _codes[k] = Put(used, _encoders[k].Bits);
            _flags[k] = _encoders[k].FlagsNulls ? Put(used, 1) : default;
        }
        Words = used.Count;
        Bits = used.Count == 1 ? used[0] : 65;
    }

    /// <summary>ORs the codes of one key into the words of rows.</summary>
    public void Pack(int key, ulong* codes, ulong* flags, int count, ulong* words)
    {
        Pack(_codes[key], codes, count, words);
        if (_flags[key].Mask != 0) Pack(_flags[key], flags, count, words);
    }

    /// <summary>Reads the codes of one key out of the words of groups, whose numbers count from 1.</summary>
    public void Unpack(int key, ulong* words, uint* groups, int count, ulong* codes, ulong* flags)
    {
        Place place = _codes[key];
        for (int i = 0; i < count; i++)
        {
            codes[i] = words[((long)(groups[i] - 1) * Words) + place.Word] >> place.Shift & place.Mask;
        }
        Place flag = _flags[key];
        if (flag.Mask == 0)
        {
            new Span<ulong>(flags, count).Clear();
            return;
        }
        for (int i = 0; i < count; i++)
        {
            flags[i] = words[((long)(groups[i] - 1) * Words) + flag.Word] >> flag.Shift & 1;
        }
    }

    private void Pack(Place place, ulong* codes, int count, ulong* words)
    {
        if (Words == 1)
        {
            for (int i = 0; i < count; i++) words[i] |= codes[i] << place.Shift;
            return;
        }
        words += place.Word;
        for (int i = 0; i < count; i++) words[(long)i * Words] |= codes[i] << place.Shift;
    }

    private static Place Put(List<int> used, int bits)
    {
        ulong mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        for (int w = 0; w < used.Count; w++)
        {
            if (used[w] + bits > 64) continue;
            Place place = new(w, used[w], mask);
            used[w] += bits;
            return place;
        }
        used.Add(bits);
        return new Place(used.Count - 1, 0, mask);
    }

    private readonly record struct Place(int Word, int Shift, ulong Mask);
}
