using ColFrag.Engine.Bytes;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>
/// What a manifest keeps of a block.
/// <code>
///   bytes    field
///   ...      where it lies (see Section)
///   varint   bytes of the values before encoding
///   varint   runs of equal values; 0 where not counted
///   varint   values below the one before
///   1        number of encodings that follow, at most 4
///   E x 1    numbers of the encodings, outer before inner
///   1        flags: 1 has NULLs, 2 has bounds, 4 has bounds per zone, 8 has a sum
///   varint   NULLs; if flag 1, then per zone a varint: its NULLs
///   varint   smallest key, 128-bit; if flag 2
///   varint   largest key less the smallest, unsigned 128-bit as 128-bit; if flag 2
///   per zone, if flag 4, and unless the zone has only NULLs:
///     varint   its smallest key less the block's
///     varint   the block's largest key less its
///   varint   sum, 128-bit; if flag 8
/// </code>
/// Keys are those of <see cref="ZoneKey"/>. Zones are 2,048 rows (the vector length of the manifest).
/// </summary>
internal sealed class BlockFooter
{
    private const int HasNulls = 1, HasBounds = 2, HasZones = 4, HasSum = 8;

    private readonly ulong[] _zoneLows;
    private readonly ulong[] _zoneHighs;
    private readonly int[] _zoneNulls;

    private BlockFooter(Section section, int rowCount, ulong[] zoneLows, ulong[] zoneHighs, int[] zoneNulls)
    {
        Section = section;
        RowCount = rowCount;
        _zoneLows = zoneLows;
        _zoneHighs = zoneHighs;
        _zoneNulls = zoneNulls;
    }

    /// <summary>Where it lies.</summary>
    public Section Section { get; }

    /// <summary>Rows.</summary>
    public int RowCount { get; }

    /// <summary>Rows without a value.</summary>
    public int NullCount { get; private init; }

    /// <summary>Bytes of the values before encoding.</summary>
    public long RawBytes { get; private init; }

    /// <summary>Runs of equal values; 0 where not counted.</summary>
    public int RunCount { get; private init; }

    /// <summary>Values below the one before.</summary>
    public int DescentCount { get; private init; }

    /// <summary>Numbers of the encodings, outer before inner.</summary>
    public byte[] Encodings { get; private init; } = [];

    /// <summary>The bounds as keys; none when min is above max.</summary>
    public (Int128 Min, Int128 Max) Bounds { get; private init; } = BlockFacts.NoBounds;

    /// <summary>The exact sum, where known.</summary>
    public Int128? Sum { get; private init; }

    /// <summary>True when something is known about each zone.</summary>
    public bool IsZoned => _zoneLows.Length > 0;

    /// <summary>Approximate bytes in memory.</summary>
    public long MemoryBytes =>
        200 + (_zoneLows.Length * 16L) + (_zoneNulls.Length * 4L) + (Section.Checksums.Length * 4L);

    /// <summary>Writes the footer of a block.</summary>
    public static void Write(ByteWriter target, Section section, BlockFacts facts)
    {
        section.Write(target);
        target.WriteVarUInt64((ulong)facts.RawBytes);
        target.WriteVarUInt64((ulong)facts.RunCount);
        target.WriteVarUInt64((ulong)facts.DescentCount);
        target.WriteByte((byte)facts.Trace.Length);
        target.WriteBytes(facts.Trace);
        (Int128 Min, Int128 Max)? bounds = facts.Bounds;
        // Offsets of zones are 64 bits; one zone says no more than the block.
        bool hasZones = bounds is { } b && b.Min < b.Max && (UInt128)b.Max - (UInt128)b.Min <= ulong.MaxValue &&
            facts.Zones.Length > 1;
        target.WriteByte((byte)((facts.NullCount > 0 ? HasNulls : 0) | (bounds is not null ? HasBounds : 0) |
            (hasZones ? HasZones : 0) | (facts.Sum is not null ? HasSum : 0)));
        if (facts.NullCount > 0)
        {
            target.WriteVarUInt64((ulong)facts.NullCount);
            foreach (int nulls in facts.ZoneNullCounts) target.WriteVarUInt64((ulong)nulls);
        }
        if (bounds is { } known)
        {
            VarInt128.Write(target, known.Min);
            VarInt128.Write(target, (Int128)((UInt128)known.Max - (UInt128)known.Min));
            for (int zone = 0; zone < facts.Zones.Length && hasZones; zone++)
            {
                (Int128 min, Int128 max) = facts.Zones[zone];
                if (min > max) continue;
                target.WriteVarUInt64((ulong)(min - known.Min));
                target.WriteVarUInt64((ulong)(known.Max - max));
            }
        }
        if (facts.Sum is { } sum) VarInt128.Write(target, sum);
    }

    /// <summary>Reads the footer of a block with so many rows.</summary>
    public static BlockFooter Read(ref ByteReader source, int rowCount, int vectorRows)
    {
        Section section = Section.Read(ref source);
        ulong rawBytes = source.ReadVarUInt64();
        source.ThrowUnless(rawBytes <= long.MaxValue, "raw bytes");
        int runs = source.ReadVarCount(rowCount), descents = source.ReadVarCount(rowCount);
        int encodings = source.ReadByte();
        source.ThrowUnless(encodings <= 4, "number of encodings");
        byte[] trace = source.ReadBytes(encodings).ToArray();
        int flags = source.ReadByte();
        source.ThrowUnless(flags <= 15 && (flags & (HasBounds | HasZones)) != HasZones, "flags of a block");
        int zones = (rowCount + vectorRows - 1) / vectorRows;
        int nulls = 0;
        int[] zoneNulls = [];
        if ((flags & HasNulls) != 0)
        {
            nulls = source.ReadVarCount(rowCount);
            // A block with nothing but NULLs has no counts per zone; they are its rows.
            zoneNulls = new int[nulls == rowCount ? 0 : zones];
            for (int zone = 0; zone < zoneNulls.Length; zone++)
            {
                zoneNulls[zone] = source.ReadVarCount(Math.Min(vectorRows, rowCount - (zone * vectorRows)));
            }
        }
        (Int128 Min, Int128 Max) bounds = BlockFacts.NoBounds;
        ulong[] lows = [], highs = [];
        if ((flags & HasBounds) != 0)
        {
            Int128 min = VarInt128.Read(ref source);
            UInt128 range = (UInt128)VarInt128.Read(ref source);
            Int128 max = (Int128)((UInt128)min + range);
            source.ThrowUnless(min <= max, "bounds of a block");
            bounds = (min, max);
            if ((flags & HasZones) != 0)
            {
                source.ThrowUnless(range <= ulong.MaxValue, "bounds of zones");
                lows = new ulong[zones];
                highs = new ulong[zones];
                for (int zone = 0; zone < zones; zone++)
                {
                    int rows = Math.Min(vectorRows, rowCount - (zone * vectorRows));
                    if (zoneNulls.Length > 0 && zoneNulls[zone] == rows)
                    {
                        (lows[zone], highs[zone]) = (1, 0);
                        continue;
                    }
                    lows[zone] = source.ReadVarUInt64();
                    ulong above = source.ReadVarUInt64();
                    source.ThrowUnless(above <= (ulong)range && lows[zone] <= (ulong)range - above, "bounds of a zone");
                    highs[zone] = (ulong)range - above;
                }
            }
        }
        Int128? sum = (flags & HasSum) != 0 ? VarInt128.Read(ref source) : null;
        return new BlockFooter(section, rowCount, lows, highs, zoneNulls)
        {
            NullCount = nulls, RawBytes = (long)rawBytes, RunCount = runs, DescentCount = descents, Encodings = trace,
            Bounds = bounds, Sum = sum,
        };
    }

    /// <summary>The zone map of the block.</summary>
    public ZoneRange GetZone(LogicalType type) => new(type, Bounds.Min, Bounds.Max, NullCount, RowCount);

    /// <summary>The zone map of one zone.</summary>
    public ZoneRange GetZone(LogicalType type, int zone, int rows)
    {
        int nulls = _zoneNulls.Length > 0 ? _zoneNulls[zone] : NullCount == RowCount ? rows : 0;
        if (_zoneLows.Length == 0) return new ZoneRange(type, Bounds.Min, Bounds.Max, nulls, rows);
        return new ZoneRange(type, Bounds.Min + _zoneLows[zone], Bounds.Min + _zoneHighs[zone], nulls, rows);
    }
}
