namespace ColFrag.Engine.Sessions;

/// <summary>A worker as people are told of it.</summary>
/// <param name="Id">Its id, kept in its folder.</param>
/// <param name="Number">Its short name: 1 for the first that ever registered.</param>
/// <param name="Address">Where it answers.</param>
/// <param name="State"><c>live</c>, <c>joining</c> while its folder is compared with the catalog, <c>away</c>.</param>
/// <param name="Incarnation">How often it has registered.</param>
/// <param name="StoredBytes">Bytes of the segments in its folder.</param>
/// <param name="FreeBytes">Free bytes of its disk; null before it said so.</param>
internal sealed record WorkerStatus(
    long Id, int Number, string Address, string State, long Incarnation, long StoredBytes, long? FreeBytes)
{
    /// <summary>True when it can be asked now.</summary>
    public bool IsLive => State == "live";
}
