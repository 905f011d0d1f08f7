namespace ColFrag.Engine.Storage;

/// <summary>What is known about a block when it has been encoded: the statistics that its footer keeps.</summary>
internal sealed class BlockFacts
{
    /// <summary>Rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Rows without a value.</summary>
    public int NullCount { get; init; }

    /// <summary>Rows without a value in each zone; empty where there are none.</summary>
    public int[] ZoneNullCounts { get; init; } = [];

    /// <summary>
    /// Bounds of each zone as keys; empty for types without. Those of zones with only NULLs mean nothing.
    /// </summary>
    public (Int128 Min, Int128 Max)[] Zones { get; init; } = [];

    /// <summary>The exact sum of the values, where it is cheap to know.</summary>
    public Int128? Sum { get; init; }

    /// <summary>Runs of equal values; 0 where not counted.</summary>
    public int RunCount { get; init; }

    /// <summary>Values below the one before.</summary>
    public int DescentCount { get; init; }

    /// <summary>Bytes of the values before encoding.</summary>
    public long RawBytes { get; init; }

    /// <summary>Numbers of the encodings, outer before inner.</summary>
    public byte[] Trace { get; init; } = [];

    /// <summary>The bounds of the block, from zones with values; null when it has none.</summary>
    public (Int128 Min, Int128 Max)? Bounds
    {
        get
        {
            (Int128 Min, Int128 Max)? bounds = null;
            for (int zone = 0; zone < Zones.Length; zone++)
            {
                (Int128 min, Int128 max) = Zones[zone];
                if (min > max) continue;
                bounds = bounds is { } b ? (Int128.Min(b.Min, min), Int128.Max(b.Max, max)) : (min, max);
            }
            return bounds;
        }
    }

    /// <summary>Bounds of a zone without values.</summary>
    public static (Int128 Min, Int128 Max) NoBounds => (1, 0);
}
