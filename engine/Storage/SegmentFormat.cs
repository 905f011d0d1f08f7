using System.Globalization;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Names and numbers of a segment's files. Everything is little-endian.
/// <code>
///   tables/../12/            the segment's folder
///     3.col                  column 3: a column file
///     pack-0                 columns of group 0 whose files would be small, one after the other
///     manifest-0             what group 0 consists of, and the footers of all its blocks (see ManifestWriter)
///
///   column file and pack
///   bytes    field
///   4        "CFC1"
///   2        format number
///   2        0
///   4        column group
///   4        column id; -1 in a pack
///   ...      sections, where the footers in the manifest say: blocks, dictionaries, bloom filters
/// </code>
/// </summary>
internal static class SegmentFormat
{
    private const string ManifestPrefix = "manifest-", PackPrefix = "pack-", ColumnSuffix = ".col";

    /// <summary>The number of the format that is written.</summary>
    public const ushort FormatNumber = 1;

    /// <summary>The numbers that are read.</summary>
    public static readonly FileFormat Format = new("segment", FormatNumber);

    /// <summary>The first bytes of column files and packs.</summary>
    public static ReadOnlySpan<byte> ColumnFileMagic => "CFC1"u8;

    /// <summary>The first bytes of manifests.</summary>
    public static ReadOnlySpan<byte> ManifestMagic => "CFM1"u8;

    /// <summary>Bytes before the first section of a column file or pack.</summary>
    public const int ColumnFileHeaderBytes = 16;

    /// <summary>Each piece of a section of this size, and the rest, has a checksum of its own.</summary>
    public const int ChecksumPieceBytes = 64 << 10;

    /// <summary>The most bytes of a section.</summary>
    public const int MaxSectionBytes = 1 << 30;

    /// <summary>The most bytes of a manifest.</summary>
    public const int MaxManifestBytes = 1 << 28;

    /// <summary>The name of a column's file.</summary>
    public static string ColumnFileName(int columnId) => $"{columnId}{ColumnSuffix}";

    /// <summary>The name of a group's pack.</summary>
    public static string PackName(int group) => $"{PackPrefix}{group}";

    /// <summary>The name of a group's manifest.</summary>
    public static string ManifestName(int group) => $"{ManifestPrefix}{group}";

    /// <summary>The group whose manifest a file is; null for another file.</summary>
    public static int? ReadGroup(string name) => ReadNumber(name, ManifestPrefix, "");

    /// <summary>The group whose pack a file is; null for another file.</summary>
    public static int? ReadPack(string name) => ReadNumber(name, PackPrefix, "");

    /// <summary>The column whose file it is; null for another file.</summary>
    public static int? ReadColumn(string name) => ReadNumber(name, "", ColumnSuffix);

    private static int? ReadNumber(string name, string prefix, string suffix) =>
        name.Length > prefix.Length + suffix.Length && name.StartsWith(prefix, StringComparison.Ordinal) &&
        name.EndsWith(suffix, StringComparison.Ordinal) && int.TryParse(
            name.AsSpan(prefix.Length, name.Length - prefix.Length - suffix.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
