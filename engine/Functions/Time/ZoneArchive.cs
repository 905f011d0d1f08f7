using System.Buffers.Binary;
using System.Reflection;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Time;

/// <summary>
/// The IANA time zones in one embedded file, so that every process computes the same whatever the machine has
/// installed.
/// <code>
///   bytes    field
///   4        "CFTZ"
///   1        length of the version, V
///   V        version, such as 2025b
///   u16      number of zones, Z
///   Z times, ordered by name:
///     1 + n    name
///     u16      index of the zone whose rules it shares; its own index where it has rules
///   then for each zone with rules, in that order:
///     1 + n    the rule that holds for ever after, as POSIX TZ; empty for none
///     u16      number of transitions, T
///     i32      offset before the first, in seconds
///     T times: i64 seconds since 1970 UTC, i32 offset from then on
/// </code>
/// Little-endian.
/// </summary>
internal sealed class ZoneArchive
{
    private readonly byte[] _bytes;
    private readonly SortedDictionary<string, int> _rules = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens an archive.</summary>
    /// <exception cref="CorruptDataException">The bytes are no archive.</exception>
    public ZoneArchive(byte[] bytes)
    {
        _bytes = bytes;
        int at = 0;
        CorruptDataException.ThrowUnless(
            bytes.Length > 8 && bytes.AsSpan(0, 4).SequenceEqual("CFTZ"u8), "magic", "time zones", 0);
        at = 4;
        Version = ReadText(ref at);
        int count = ReadUInt16(ref at);
        string[] names = new string[count];
        int[] shared = new int[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = ReadText(ref at);
            shared[i] = ReadUInt16(ref at);
            CorruptDataException.ThrowUnless(shared[i] < count, "zone index", "time zones", at);
        }
        int[] places = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (shared[i] != i) continue;
            places[i] = at;
            Skip(ref at);
        }
        for (int i = 0; i < count; i++) _rules.Add(names[i], places[shared[i]]);
    }

    /// <summary>The archive that comes with ColFrag.</summary>
    public static ZoneArchive BuiltIn { get; } = Load();

    /// <summary>Which release of the IANA database.</summary>
    public string Version { get; }

    /// <summary>Every name, in order.</summary>
    public IEnumerable<string> Names => _rules.Keys;

    /// <summary>A zone by name, in any case, or null.</summary>
    public TimeZoneRules? Find(string name)
    {
        if (!_rules.TryGetValue(name, out int at)) return null;
        string rule = ReadText(ref at);
        int count = ReadUInt16(ref at);
        long[] transitions = new long[count];
        int[] offsets = new int[count + 1];
        offsets[0] = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));
        at += 4;
        for (int i = 0; i < count; i++)
        {
            transitions[i] = BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));
            offsets[i + 1] = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at + 8));
            at += 12;
        }
        return new TimeZoneRules(name, transitions, offsets, PosixZone.Parse(rule));
    }

    /// <summary>Makes an archive from a folder of compiled zones (RFC 9636) such as /usr/share/zoneinfo.</summary>
    public static byte[] Build(string folder, string version)
    {
        SortedDictionary<string, byte[]> zones = new(StringComparer.OrdinalIgnoreCase);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (name.StartsWith("posix/", StringComparison.Ordinal)
                || name.StartsWith("right/", StringComparison.Ordinal)) continue;
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.AsSpan().StartsWith("TZif"u8) && name != "localtime") zones[name] = CompiledZone.Shorten(bytes);
        }
        using MemoryStream target = new();
        using BinaryWriter writer = new(target);
        writer.Write("CFTZ"u8);
        WriteText(writer, version);
        writer.Write((ushort)zones.Count);
        List<byte[]> all = [.. zones.Values];
        int index = 0;
        foreach ((string name, byte[] rules) in zones)
        {
            WriteText(writer, name);
            writer.Write((ushort)all.FindIndex(other => other.AsSpan().SequenceEqual(rules)));
            index++;
        }
        for (int i = 0; i < all.Count; i++)
        {
            if (all.FindIndex(other => other.AsSpan().SequenceEqual(all[i])) == i) writer.Write(all[i]);
        }
        return target.ToArray();
    }

    internal static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        writer.Write((byte)bytes.Length);
        writer.Write(bytes);
    }

    private void Skip(ref int at)
    {
        ReadText(ref at);
        int count = ReadUInt16(ref at);
        at += 4 + (12 * count);
        CorruptDataException.ThrowUnless(at <= _bytes.Length, "transition count", "time zones", at);
    }

    private int ReadUInt16(ref int at)
    {
        CorruptDataException.ThrowUnless(at + 2 <= _bytes.Length, "number", "time zones", at);
        int value = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));
        at += 2;
        return value;
    }

    private string ReadText(ref int at)
    {
        CorruptDataException.ThrowUnless(
            at < _bytes.Length && at + 1 + _bytes[at] <= _bytes.Length, "text length", "time zones", at);
        string text = Encoding.ASCII.GetString(_bytes, at + 1, _bytes[at]);
        at += 1 + text.Length;
        return text;
    }

    private static ZoneArchive Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("ColFrag.Engine.TimeZones")
            ?? throw Invariant.Unreachable("the time zones are embedded");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new ZoneArchive(bytes);
    }
}
