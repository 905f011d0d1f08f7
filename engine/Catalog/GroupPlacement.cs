namespace ColFrag.Engine.Catalog;

/// <summary>Which column groups of a hash range lie on the same workers of a cluster.</summary>
internal enum GroupPlacement : byte
{
    /// <summary>All of them: whoever has a range has all of its columns.</summary>
    Colocated,

    /// <summary>The group with the keys on some, all others together on other workers.</summary>
    Anchored,

    /// <summary>Each group on workers of its own, as far as there are enough.</summary>
    Spread,
}
