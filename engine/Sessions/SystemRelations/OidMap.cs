namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>
/// PostgreSQL's numbers of objects that we know by name or by a longer number: hashes of those, below 2^31, so that
/// clients with signed numbers read them. The same objects have the same numbers in every session and after a restart.
/// </summary>
internal sealed class OidMap
{
    private const uint FirstOfUsers = 16_384;
    private const uint Mask = (1 << 30) - 1;
    private readonly Dictionary<string, uint> _byKey = new(StringComparer.Ordinal);
    private readonly HashSet<uint> _taken = [];

    /// <summary>The number of the object that the key stands for.</summary>
    public uint Of(string key)
    {
        if (_byKey.TryGetValue(key, out uint known)) return known;
        // FNV-1a; where two keys meet, the later one takes the next number.
        uint hash = 2_166_136_261;
        foreach (char letter in key) hash = (hash ^ letter) * 16_777_619;
        uint oid = FirstOfUsers + ((hash ^ (hash >> 30)) & Mask);
        while (!_taken.Add(oid)) oid++;
        _byKey.Add(key, oid);
        return oid;
    }
}
