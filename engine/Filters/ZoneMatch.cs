namespace ColFrag.Engine.Filters;

/// <summary>What a zone's bounds say about a filter.</summary>
internal enum ZoneMatch : byte
{
    /// <summary>No row can pass: the zone is skipped.</summary>
    None,

    /// <summary>Rows must be looked at.</summary>
    Some,

    /// <summary>Every row passes, without being looked at.</summary>
    All,
}
