namespace ColFrag.Protocol.Segments;

/// <summary>The rows of a new segment on their way to the worker that encodes them.</summary>
internal static class WireRows
{
    /// <summary>The last column behind those of the table: the position of each row.</summary>
    public const string PositionColumn = "position";
}
