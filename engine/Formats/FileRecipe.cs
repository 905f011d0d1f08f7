using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>How a source was opened, so that another process can open the same files in the same way.</summary>
/// <param name="Paths">The files, in order; no patterns any more.</param>
/// <param name="Format">The format; null where the first file tells.</param>
/// <param name="Options">The options as they were given.</param>
/// <param name="Context">What was given by whoever opened it.</param>
internal sealed record FileRecipe(
    IReadOnlyList<string> Paths, FileFormat? Format, IReadOnlyList<KeyValuePair<string, Value>> Options,
    SourceContext Context);
