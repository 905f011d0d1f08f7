using System.Globalization;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// Names one load for its client: whatever is retried, it is committed at most once. Chosen by the client, or derived
/// from where its rows come from.
/// </summary>
internal readonly record struct LoadId(UInt128 Value)
{
    public static LoadId New(IRandom random) => new(new UInt128(random.NextUInt64(), random.NextUInt64()));

    /// <summary>The id of a name that a client gave.</summary>
    public static LoadId Of(string name) => new(XxHash128.Hash(System.Text.Encoding.UTF8.GetBytes(name)));

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}

/// <summary>Names one try of a load; its files are told from those of other tries by it.</summary>
internal readonly record struct AttemptId(LoadId Load, ulong Try)
{
    public override string ToString() => $"{Load}.{Try:x16}";
}

/// <summary>What stays of a committed load, so that a retry is answered with the first outcome.</summary>
internal sealed record LoadRecord(AttemptId Attempt, long TableId, long Version, long RowCount, DateTime CommitTime)
{
    private const byte Format = 1;

    public byte[] ToBytes() => RecordBytes.Seal(Format, target =>
    {
        target.WriteUInt128(Attempt.Load.Value);
        target.WriteUInt64(Attempt.Try);
        target.WriteInt64(TableId);
        target.WriteInt64(Version);
        target.WriteInt64(RowCount);
        target.WriteInt64(CommitTime.Ticks);
    });

    public static LoadRecord Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        AttemptId attempt = new(new LoadId(source.ReadUInt128()), source.ReadUInt64());
        return new LoadRecord(
            attempt, source.ReadInt64(), source.ReadInt64(), source.ReadInt64(), UtcTime.Read(ref source));
    }
}

/// <summary>A time as bytes: the 100 ns ticks of UTC since year 1.</summary>
internal static class UtcTime
{
    public static DateTime Read(ref ByteReader source)
    {
        long ticks = source.ReadInt64();
        source.ThrowUnless(ticks >= 0 && ticks <= DateTime.MaxValue.Ticks, "time");
        return new DateTime(ticks, DateTimeKind.Utc);
    }
}
