using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Store;

/// <summary>
/// Where everything lies in a database's folder. Only ids are in paths, 16 hex digits each; names never are.
/// <code>
///   identity                              what this folder is: <see cref="FolderIdentity"/>
///   lock                                  held by the process that uses the folder; names it
///   worker                                only in the folder of a worker: who it is
///   cluster/                              only beside a coordinator: what `colfrag cluster up` started
///   catalog/log, catalog/snapshot         the catalog, where it is embedded
///   catalog-place                         where else it is: <see cref="CatalogPlace"/>
///   spill/                                what queries have no memory for; emptied at the start
///   assemblies/HASH                       what CREATE FUNCTION … ASSEMBLY named, under the SHA-256 of its bytes
///   loans/SEGMENT/manifest-GROUP, …       other workers' column files, for tasks here; emptied at the start
///   journal/FILE                          rows of small writes, and small delete vectors: <see cref="Journal"/>
///   tables/TABLE/statistics               what planning knows of the table: <see cref="TableSummaries"/>
///   tables/TABLE/SEGMENT/manifest-GROUP   what the files of a column group are
///   tables/TABLE/SEGMENT/COLUMN.col, pack the values
///   tables/TABLE/SEGMENT/dv-VECTOR        deleted rows of the segment
///   tables/TABLE/SEGMENT/keys-COLUMNS     the keys of its rows in order: <see cref="Keys.KeyFile"/>
/// </code>
/// A segment is written where it stays. Until a version names it, it counts for nothing, and what no version names when
/// the folder is opened is deleted.
/// </summary>
internal static class StorePaths
{
    public const string Catalog = "catalog";
    public const string CatalogPlace = "catalog-place";
    public const string Journal = "journal";
    public const string Assemblies = "assemblies";
    public const string Tables = "tables";
    private const string DeleteVectorPrefix = "dv-";
    private const string KeysPrefix = "keys-";
    public const string Identity = "identity";
    public const string Lock = "lock";
    public const string Worker = "worker";
    public const string Cluster = "cluster";
    public const string Spill = "spill";
    public const string Loans = "loans";

    public static string JournalFile(long file) => $"{Journal}/{CatalogKeys.Hex(file)}";

    /// <summary>A managed assembly, under the hash of its bytes in hex.</summary>
    public static string Assembly(string hash) => $"{Assemblies}/{hash}";

    public static string Table(long table) => $"{Tables}/{CatalogKeys.Hex(table)}";

    /// <summary>What planning knows of a table. It may be missing or old.</summary>
    public static string Statistics(long table) => $"{Table(table)}/statistics";

    public static string Segment(long table, long segment) => $"{Table(table)}/{CatalogKeys.Hex(segment)}";

    /// <summary>Column files of a segment that other workers lend to this one.</summary>
    public static string Lent(long segment) => $"{Loans}/{CatalogKeys.Hex(segment)}";

    public static string DeleteVector(long table, long segment, long vector) =>
        $"{Segment(table, segment)}/{DeleteVectorPrefix}{CatalogKeys.Hex(vector)}";

    /// <summary>The keys of a segment's rows. They may be missing.</summary>
    /// <param name="table">The table whose folder it is.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="columns">Ids of the key's columns, with a hyphen between them.</param>
    public static string Keys(long table, long segment, string columns) =>
        $"{Segment(table, segment)}/{KeysPrefix}{columns}";

    /// <summary>True for the name of a file of keys, in whatever folder.</summary>
    public static bool IsKeys(string path) =>
        path.AsSpan(path.LastIndexOf('/') + 1).StartsWith(KeysPrefix, StringComparison.Ordinal) &&
        !path.EndsWith(Files.TempFile.Suffix, StringComparison.Ordinal);

    /// <summary>The things in a folder whose names are ids.</summary>
    public static IEnumerable<(long Id, string Path)> List(IFileSystem files, string folder, bool folders)
    {
        foreach (FileEntry entry in files.List(folder))
        {
            if (entry.IsFolder != folders || ReadId(entry.Name) is not { } id) continue;
            yield return (id, FilePath.Combine(folder, entry.Name));
        }
    }

    /// <summary>The delete vector that a file of a segment is; null for another file.</summary>
    public static long? ReadVectorId(string name) =>
        name.StartsWith(DeleteVectorPrefix, StringComparison.Ordinal)
            ? ReadId(name[DeleteVectorPrefix.Length..]) : null;

    /// <summary>The id that a name in these folders stands for; null for a name that is none of ours.</summary>
    public static long? ReadId(string name) =>
        name.Length == 16 &&
        long.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long id) ? id : null;
}
