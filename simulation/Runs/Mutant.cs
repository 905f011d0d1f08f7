using ColFrag.Engine.Files;

namespace ColFrag.Simulation.Runs;

/// <summary>
/// A safeguard that is left out, to see that it is missed: a simulation that does not notice proves nothing about it.
/// Each is what the product would do without one of its flushes.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Action">The call that has no effect.</param>
/// <param name="Part">A part of the paths for which it has none.</param>
internal sealed record Mutant(string Name, FileAction Action, string Part)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("the catalog's log is not flushed", FileAction.Flush, "catalog/log"),
        new("column files are not flushed", FileAction.Flush, ".col"),
        new("packs are not flushed", FileAction.Flush, "/pack"),
        new("manifests are not flushed", FileAction.Flush, "/manifest"),
        new("a segment's folder is not flushed", FileAction.FlushFolder, "tables/"),
        new("the catalog's folder is not flushed", FileAction.FlushFolder, "catalog"),
    ];

    /// <summary>True for a call that is left out.</summary>
    public bool Omits(FileAction action, string path) =>
        action == Action && path.Contains(Part, StringComparison.Ordinal);
}
