using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>The texts of this folder, which lie in the assembly.</summary>
internal static class SystemText
{
    /// <summary>One of them.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(SystemText).Assembly.GetManifestResourceStream("ColFrag.Engine.System." + name) ??
            throw Invariant.Unreachable($"text {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
