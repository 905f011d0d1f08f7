using System.Globalization;
using System.Text;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The keys, in order of bytes. What every process follows lies between <c>m</c> and <c>u</c>; what grows with loads
/// and workers lies outside.
/// <code>
///   a/ATTEMPT              tombstone of an attempt whose files are being deleted
///   meta                   <see cref="DatabaseRecord"/>
///   mepoch                 membership epoch: changes when a worker or its disk is gone for good
///   n/d/SCHEMA/NAME/TABLE  of a dropped table that can be brought back
///   n/s/SCHEMA             <see cref="NameRecord"/> of a schema
///   n/r/SCHEMA/NAME        of a table, view or sequence, which share their names
///   n/f/SCHEMA/NAME        of a macro
///   n/t/SCHEMA/NAME        of a type
///   o/ID                   <see cref="ObjectRecord"/>: what a view, sequence, macro or type is
///   q/POSITION             <see cref="Catalog.SequenceState"/>: where a sequence stands
///   t/TABLE/c/VERSION/PAGE <see cref="CheckpointPage"/>: ranges and segments of a version
///   t/TABLE/d/VERSION/PART <see cref="TableDelta"/>: what a version changed
///   t/TABLE/h              <see cref="TableHead"/>: the newest version
///   t/TABLE/s/VERSION      <see cref="TableDefinition"/>: columns and options
///   w/WORKER, wl/WORKER    a worker, and its lease
///   x/LOAD                 <see cref="LoadRecord"/>: a load that was committed
/// </code>
/// Ids and versions are 16 hex digits, pages and parts 4. In names, bytes that are not letters, digits, <c>_</c> or
/// part of a longer character are written as <c>%</c> and two hex digits, so that names cannot look like other keys.
/// </summary>
internal static class CatalogKeys
{
    /// <summary>The keys that every process follows.</summary>
    public static CatalogKeyRange Followed { get; } = new(new CatalogKey("m"), new CatalogKey("u"));

    public static CatalogKey Database { get; } = new("meta");

    public static CatalogKey MembershipEpoch { get; } = new("mepoch");

    public static CatalogKeyRange Schemas { get; } = CatalogKeyRange.Prefix("n/s/");

    public static CatalogKeyRange Objects { get; } = CatalogKeyRange.Prefix("o/");

    public static CatalogKey Schema(string schema) => new($"n/s/{Escape(schema)}");

    /// <summary>A name in a schema.</summary>
    public static CatalogKey Name(NameSpace space, string schema, string name) =>
        new($"n/{Letter(space)}/{Escape(schema)}/{Escape(name)}");

    /// <summary>The name that a dropped table had.</summary>
    public static CatalogKey Dropped(string schema, string name, long table) =>
        new($"n/d/{Escape(schema)}/{Escape(name)}/{Hex(table)}");

    /// <summary>All dropped tables that had a name.</summary>
    public static CatalogKeyRange Dropped(string schema, string name) =>
        CatalogKeyRange.Prefix($"n/d/{Escape(schema)}/{Escape(name)}/");

    /// <summary>Schema, name and table of a key made by <see cref="Dropped(string, string, long)"/>.</summary>
    public static (string Schema, string Name, long Table) ReadDropped(CatalogKey key)
    {
        string[] parts = key.ToString().Split('/');
        long table = long.Parse(parts[^1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (Unescape(parts[2]), Unescape(parts[3]), table);
    }

    public static CatalogKeyRange AllDropped { get; } = CatalogKeyRange.Prefix("n/d/");

    /// <summary>The names of a kind in a schema, or in all.</summary>
    public static CatalogKeyRange Names(NameSpace space, string? schema = null) =>
        CatalogKeyRange.Prefix($"n/{Letter(space)}/{(schema is null ? "" : Escape(schema) + "/")}");

    public static CatalogKey Object(long id) => new($"o/{Hex(id)}");

    public static CatalogKey Sequence(long id) => new($"q/{Hex(id)}");

    public static CatalogKey Head(long table) => new($"t/{Hex(table)}/h");

    public static CatalogKey Definition(long table, int schemaVersion) => new($"t/{Hex(table)}/s/{Hex(schemaVersion)}");

    public static CatalogKey Delta(long table, long version, int part) =>
        new($"t/{Hex(table)}/d/{Hex(version)}/{part:x4}");

    /// <summary>The deltas of versions from one to another, both in.</summary>
    public static CatalogKeyRange Deltas(long table, long first, long last) =>
        new(Delta(table, first, 0), Delta(table, last + 1, 0));

    public static CatalogKey Page(long table, long checkpoint, int page) =>
        new($"t/{Hex(table)}/c/{Hex(checkpoint)}/{page:x4}");

    public static CatalogKeyRange Pages(long table, long checkpoint) =>
        CatalogKeyRange.Prefix($"t/{Hex(table)}/c/{Hex(checkpoint)}/");

    /// <summary>The pages of checkpoints before one.</summary>
    public static CatalogKeyRange PagesBefore(long table, long checkpoint) =>
        new(Page(table, 0, 0), Page(table, checkpoint, 0));

    public static CatalogKeyRange Table(long table) => CatalogKeyRange.Prefix($"t/{Hex(table)}/");

    public static CatalogKeyRange Tables { get; } = CatalogKeyRange.Prefix("t/");

    public static CatalogKey Load(LoadId load) => new($"x/{load}");

    public static CatalogKeyRange Loads { get; } = CatalogKeyRange.Prefix("x/");

    public static CatalogKey Tombstone(AttemptId attempt) => new($"a/{attempt}");

    public static CatalogKeyRange Tombstones { get; } = CatalogKeyRange.Prefix("a/");

    public static CatalogKey Worker(long worker) => new($"w/{Hex(worker)}");

    public static CatalogKeyRange Workers { get; } = CatalogKeyRange.Prefix("w/");

    public static CatalogKey WorkerLease(long worker) => new($"wl/{Hex(worker)}");

    public static CatalogKeyRange WorkerLeases { get; } = CatalogKeyRange.Prefix("wl/");

    /// <summary>The id in a key such as <c>t/ID/h</c> or <c>w/ID</c>; 0 where there is none.</summary>
    public static long ReadId(CatalogKey key)
    {
        string text = key.ToString();
        int start = text.IndexOf('/', StringComparison.Ordinal) + 1;
        return start > 0 && text.Length >= start + 16 &&
            long.TryParse(
                text.AsSpan(start, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long id)
            ? id : 0;
    }

    /// <summary>The version in the key of a page or delta.</summary>
    public static long ReadVersion(CatalogKey key) =>
        // t/0123456789abcdef/c/0123456789abcdef/0000
        long.Parse(key.ToString().AsSpan(21, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Schema and name of a key made by <see cref="Name"/>.</summary>
    public static (string Schema, string Name) ReadName(CatalogKey key)
    {
        string[] parts = key.ToString().Split('/');
        return parts.Length == 4 ? (Unescape(parts[2]), Unescape(parts[3])) : (Unescape(parts[^1]), "");
    }

    public static string Hex(long number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static char Letter(NameSpace space) => space switch
    {
        NameSpace.Relation => 'r',
        NameSpace.Function => 'f',
        _ => 't',
    };

    private static string Escape(string name)
    {
        StringBuilder escaped = new(name.Length);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '_' || c >= 0x80) escaped.Append(c);
            else escaped.Append(CultureInfo.InvariantCulture, $"%{(int)c:x2}");
        }
        return escaped.ToString();
    }

    private static string Unescape(string escaped)
    {
        StringBuilder name = new(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '%' && i + 2 < escaped.Length)
            {
                name.Append((char)byte.Parse(
                    escaped.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                name.Append(escaped[i]);
            }
        }
        return name.ToString();
    }
}

/// <summary>Things in one name space cannot share a name within a schema.</summary>
internal enum NameSpace : byte
{
    /// <summary>Tables, views, sequences.</summary>
    Relation = 1,

    /// <summary>Macros.</summary>
    Function = 2,

    /// <summary>Types.</summary>
    Type = 3,
}
