using System.Buffers.Binary;
using System.Text;

namespace ColFrag.Engine.Functions.Time;

/// <summary>Reads a compiled zone (TZif, RFC 9636) and keeps what computing needs.</summary>
internal static class CompiledZone
{
    private const int HeaderBytes = 44;

    /// <summary>
    /// The zone as <see cref="ZoneArchive"/> stores it: rule, transitions and offsets, no names of zones.
    /// </summary>
    public static byte[] Shorten(ReadOnlySpan<byte> file)
    {
        // The first block has 32-bit times for old readers; the second one, with 64 bits, follows it.
        int second = HeaderBytes + DataBytes(file, 4);
        ReadOnlySpan<byte> header = file[second..];
        int types = Count(header, 36);
        int times = Count(header, 32);
        ReadOnlySpan<byte> data = header[HeaderBytes..];
        ReadOnlySpan<byte> indexes = data[(times * 8)..];
        ReadOnlySpan<byte> infos = indexes[times..];
        ReadOnlySpan<byte> footer = header[(HeaderBytes + DataBytes(header, 8))..];
        using MemoryStream target = new();
        using BinaryWriter writer = new(target);
        ZoneArchive.WriteText(writer, Encoding.ASCII.GetString(footer).Trim('\n'));
        int previous = types > 0 ? BinaryPrimitives.ReadInt32BigEndian(infos) : 0;
        List<(long Time, int Offset)> changes = [];
        int first = previous;
        for (int i = 0; i < times; i++)
        {
            int offset = BinaryPrimitives.ReadInt32BigEndian(infos[(indexes[i] * 6)..]);
            // Changes of the name alone say nothing about clocks.
            if (offset == previous && i < times - 1) continue;
            changes.Add((BinaryPrimitives.ReadInt64BigEndian(data[(i * 8)..]), offset));
            previous = offset;
        }
        writer.Write((ushort)changes.Count);
        writer.Write(first);
        foreach ((long time, int offset) in changes)
        {
            writer.Write(time);
            writer.Write(offset);
        }
        return target.ToArray();
    }

    private static int DataBytes(ReadOnlySpan<byte> header, int timeBytes) =>
        (Count(header, 32) * (timeBytes + 1)) + (Count(header, 36) * 6) + Count(header, 40) +
        (Count(header, 28) * (timeBytes + 4)) + Count(header, 24) + Count(header, 20);

    private static int Count(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadInt32BigEndian(header[at..]);
}
