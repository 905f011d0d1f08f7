using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>Where the code of a function of an assembly is, so that every process finds the same.</summary>
/// <param name="Hash">SHA-256 of the assembly's bytes, in hex.</param>
/// <param name="Member">The method, or the struct of an operator: Namespace.Type.Method.</param>
/// <param name="IsStrict">True where a NULL gives NULL unseen, whatever the parameters' types say.</param>
internal sealed record AssemblyEntry(string Hash, string Member, bool IsStrict = false)
{
    /// <summary>Characters of a hash.</summary>
    public const int HashLength = 64;

    /// <summary>What calls are cast to, where another type was declared than the code gives.</summary>
    public LogicalType? Declared { get; init; }

    /// <summary>True for what can be a hash, and so the name of a file.</summary>
    public static bool IsHash(string text) =>
        text.Length == HashLength && text.All(char.IsAsciiHexDigitLower);
}
