using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Simulation.Runs;

/// <summary>
/// A safeguard that is left out, to see that it is missed: a simulation that does not notice proves nothing about it.
/// Flushes are left out by the disk, by the path; all others by their switch in the product.
/// </summary>
/// <param name="Name">Its name.</param>
internal sealed record Mutant(string Name)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        Flush("the catalog's log is not flushed", FileAction.Flush, "catalog/log"),
        Flush("column files are not flushed", FileAction.Flush, ".col"),
        Flush("packs are not flushed", FileAction.Flush, "/pack"),
        Flush("manifests are not flushed", FileAction.Flush, "/manifest"),
        Flush("a segment's folder is not flushed", FileAction.FlushFolder, "tables/"),
        Flush("the catalog's folder is not flushed", FileAction.FlushFolder, "catalog"),
        .. Enum.GetValues<Safeguard>().Where(s => s != Safeguard.None).Select(s => new Mutant($"without {s}")
        {
            Safeguard = s,
        }),
    ];

    /// <summary>The switch of the product; none for a flush.</summary>
    public Safeguard Safeguard { get; private init; }

    /// <summary>True for what only matters where column groups lie on different workers.</summary>
    public bool IsAboutGroups => Safeguard is Safeguard.GroupPlaces or Safeguard.GroupDelete;

    /// <summary>The call to the disk that has no effect.</summary>
    private FileAction? Action { get; init; }

    /// <summary>A part of the paths for which it has none.</summary>
    private string Part { get; init; } = "";

    /// <summary>True for a call to the disk that is left out.</summary>
    public bool Omits(FileAction action, string path) =>
        action == Action && path.Contains(Part, StringComparison.Ordinal);

    private static Mutant Flush(string name, FileAction action, string part) =>
        new(name) { Action = action, Part = part };
}
