using System.Globalization;
using System.Text;
using ColFrag.Engine.Functions;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>docs/sql-functions.md: every function of a registry, by heading.</summary>
internal static class FunctionDocument
{
    /// <summary>The whole document.</summary>
    public static string Write(FunctionRegistry registry)
    {
        StringBuilder target = new();
        target.Append(
            """
            # SQL functions

            Made from the registry of functions (`engine/Functions`) by a test, which fails when this page is stale; every
            example runs as a test. Operators are functions under the symbol's name. `T` is any type that the arguments
            meet in, `...` any number of arguments more. A NULL argument gives NULL unless the description says otherwise.

            """);
        foreach (IGrouping<string, FunctionInfo> group in registry.Infos.GroupBy(i =>
            i.Category).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            target.Append(
                CultureInfo.InvariantCulture,
                    $"\n## {group.Key}\n\n| Function | Description | Example |\n| --- | --- | --- |\n");
            foreach (FunctionInfo info in group.OrderBy(i =>
                i.Name, StringComparer.Ordinal)) WriteRow(target, registry, info);
        }
        return target.ToString();
    }

    private static void WriteRow(StringBuilder target, FunctionRegistry registry, FunctionInfo info)
    {
        IEnumerable<string> signatures = registry.Scalars(info.Name).Select(o => o.Signature.ToString())
            .Concat(registry.Aggregates(info.Name).Select(o => o.Signature.ToString())).Distinct();
        string calls = string.Join("<br>", signatures.Select(s => Code(info.Name + s)));
        string aliases = info.Aliases.Length == 0 ? "" : $"<br>also {string.Join(", ", info.Aliases.Select(Code))}";
        string volatility = (info.Flags & (FunctionFlags.Stable | FunctionFlags.Volatile)) switch
        {
            0 => "",
            FunctionFlags.Stable => " The same within a statement.",
            _ => " Another value at every call.",
        };
        target.Append(
            CultureInfo.InvariantCulture,
            $"| {calls}{aliases} | {Cell(info.Description)}{volatility} | ");
        target.Append(CultureInfo.InvariantCulture, $"{Code(info.Example)} → {Code(info.Returns)} |\n");
    }

    private static string Code(string text)
    {
        if (text.Length == 0) return "empty text";
        string fence = text.Contains('`', StringComparison.Ordinal) ? "``" : "`";
        return fence + Cell(text) + fence;
    }

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
