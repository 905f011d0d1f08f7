namespace ColFrag.Engine.Errors;

/// <summary>
/// Steps of commits, repair and collection without which acknowledged rows would be lost, doubled or mixed, sooner or
/// later. Simulations leave out one after the other, to see that each is missed; nobody else does.
/// </summary>
internal enum Safeguard : byte
{
    /// <summary>None is left out.</summary>
    None,

    /// <summary>A commit compares the head of every table that it changes.</summary>
    HeadCompare,

    /// <summary>A commit compares that its load is not in yet.</summary>
    LoadCompare,

    /// <summary>A commit compares the records of the workers that answered for its files.</summary>
    WorkerCompare,

    /// <summary>A commit compares the names and definitions that it replaces or relies on.</summary>
    NameCompare,

    /// <summary>A commit that replaces a delete vector or a segment fits only on the vector that it has seen.</summary>
    VectorCompare,

    /// <summary>The end of old versions compares the head, which it writes.</summary>
    CollectionCompare,

    /// <summary>A checkpoint compares the head, which it writes.</summary>
    CheckpointCompare,

    /// <summary>Two transactions that delete or replace the same row conflict.</summary>
    RowConflict,

    /// <summary>A new delete vector has what the one before it has.</summary>
    VectorUnion,

    /// <summary>Versions that somebody reads are not collected.</summary>
    PinnedVersions,

    /// <summary>A surplus copy goes only after a look at those that stay.</summary>
    SpareLook,

    /// <summary>A delete that comes late does nothing to a copy that was asked for after it.</summary>
    DeleteFence,

    /// <summary>What is copied is compared with its hash.</summary>
    CopyHash,

    /// <summary>Of each column group a segment's record names those workers that have this one.</summary>
    GroupPlaces,

    /// <summary>When a column group goes from a worker, the others of the segment stay there.</summary>
    GroupDelete,

    /// <summary>A copy gets the delete vector of its segment.</summary>
    CopyVector,

    /// <summary>A worker that is back gets the delete vectors that were written meanwhile.</summary>
    MissedVectors,

    /// <summary>Copies that a worker that is back has not are made anew.</summary>
    MissedCopies,

    /// <summary>Files that no version names are deleted when their worker registers.</summary>
    OrphanFiles,

    /// <summary>Files that were half written are deleted when their process starts.</summary>
    HalfFiles,

    /// <summary>Files appear whole, by a rename.</summary>
    Rename,

    /// <summary>The log of the catalog is written anew at every start.</summary>
    FreshLog,
}

/// <summary>Which safeguard the simulation of this thread leaves out.</summary>
internal static class Safeguards
{
    [ThreadStatic]
    private static Safeguard s_omitted;

    /// <summary>True unless a simulation leaves it out.</summary>
    public static bool Keep(Safeguard safeguard) => s_omitted != safeguard;

    /// <summary>Leaves one out in this thread until the result is disposed of.</summary>
    public static IDisposable Omit(Safeguard safeguard)
    {
        Omission omission = new(s_omitted);
        s_omitted = safeguard;
        return omission;
    }

    private sealed class Omission(Safeguard before) : IDisposable
    {
        public void Dispose() => s_omitted = before;
    }
}
