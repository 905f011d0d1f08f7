namespace ColFrag.Engine.Store;

/// <summary>How many copies of a write must be durable before it is acknowledged.</summary>
internal enum Acknowledgement
{
    /// <summary>Two, or as many as there are to be: no single disk takes an acknowledged row along.</summary>
    Safe,

    /// <summary>Every one.</summary>
    All,

    /// <summary>More than half.</summary>
    Quorum,

    /// <summary>One, and the rest as repair.</summary>
    One,

    /// <summary>The journal, which is this process's own.</summary>
    Journal,
}

/// <summary>What the levels ask for.</summary>
internal static class AcknowledgedCopies
{
    /// <summary>Copies below which an acknowledged row could be lost with one disk.</summary>
    public const int Safe = 2;

    /// <summary>Copies that must be durable, of those that there are to be.</summary>
    public static int Of(Acknowledgement level, int copies) => level switch
    {
        Acknowledgement.All => copies,
        Acknowledgement.Quorum => (copies / 2) + 1,
        Acknowledgement.One or Acknowledgement.Journal => 1,
        _ => Math.Min(Safe, copies),
    };
}
