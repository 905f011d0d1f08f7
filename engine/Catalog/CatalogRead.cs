using System.Collections.Immutable;

namespace ColFrag.Engine.Catalog;

/// <summary>Which entries to read.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Limit">At most so many entries; 0 is no limit.</param>
/// <param name="Revision">The state of an earlier revision; 0 is the newest.</param>
/// <param name="AllowsStale">
/// True where an old answer will do, so that a provider can answer from a copy at hand; else the read sees every
/// transaction that was acknowledged before it began.
/// </param>
internal readonly record struct CatalogRead(
    CatalogKeyRange Keys, int Limit = 0, long Revision = 0, bool AllowsStale = false)
{
    public static CatalogRead Of(CatalogKey key) => new(CatalogKeyRange.Single(key));

    public static CatalogRead Prefix(string prefix) => new(CatalogKeyRange.Prefix(prefix));
}

/// <summary>Entries in key order as they were at one revision.</summary>
/// <param name="Revision">The newest revision when the read was answered, or the one that was asked for.</param>
/// <param name="Entries">The entries.</param>
/// <param name="HasMore">True when the limit cut the answer short.</param>
internal sealed record CatalogEntries(long Revision, ImmutableArray<CatalogEntry> Entries, bool HasMore = false)
{
    /// <summary>The only entry, or null where there is none.</summary>
    public CatalogEntry? Single => Entries.Length == 0 ? null : Entries[0];
}
