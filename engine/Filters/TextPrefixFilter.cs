using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Texts that begin with given bytes.</summary>
internal sealed unsafe class TextPrefixFilter(int column, byte[] prefix) : ScanFilter(column)
{
    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        // Texts with the prefix have keys from the prefix itself to the prefix filled up with the largest bytes.
        ulong least = ZoneKey.OfText(prefix);
        ulong most = prefix.Length >= sizeof(ulong) ? least : least | (ulong.MaxValue >> (8 * prefix.Length));
        if (zone.Max < least || zone.Min > most) return ZoneMatch.None;
        // A key does not tell whether a text ends or goes on with zero bytes.
        bool isTold = prefix.Length <= sizeof(ulong) && !prefix.Contains((byte)0);
        return isTold && zone.Min >= least && zone.Max <= most ? ZoneMatch.All : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Utf8View* texts = (Utf8View*)values.Data;
        // Most texts differ in the four bytes that lie in the view.
        uint keep = prefix.Length == 0 ? 0 : uint.MaxValue << Math.Max(0, 32 - (8 * prefix.Length));
        uint start = (uint)(ZoneKey.OfText(prefix) >> 32) & keep;
        for (int i = 0; i < count; i++)
        {
            bool passes = (texts[i].Prefix & keep) == start && texts[i].Span.StartsWith(prefix);
            if (!passes) mask[i >> 6] &= ~(1UL << i);
        }
    }
}
