using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>
/// parse_path, parse_filename, parse_dirname and parse_dirpath: the parts of the name of a file. A last argument says
/// what separates them: 'system' and 'forward_slash' /, 'backslash' \, 'both_slash' both, which is the default.
/// </summary>
internal static class PathFunctions
{
    private static readonly FunctionInfo s_path = Info(
        "parse_path", "The parts of a path; the first is its root where it begins with one.",
        "parse_path('/path/to/file.csv')", "[/, path, to, file.csv]");
    private static readonly FunctionInfo s_filename = Info(
        "parse_filename", "The last part of a path; without its extension where the second argument is true.",
        "parse_filename('path/to/file.csv', true)", "file");
    private static readonly FunctionInfo s_dirname = Info(
        "parse_dirname", "The first directory of a path.", "parse_dirname('path/to/file.csv')", "path");
    private static readonly FunctionInfo s_dirpath = Info(
        "parse_dirpath", "A path without its last part.", "parse_dirpath('path/to/file.csv')", "path/to");

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. WithSeparator(s_path, LogicalType.List(LogicalType.Varchar), (path, separators) => Value.Nested(
            LogicalType.List(LogicalType.Varchar), [.. Parts(path, separators).Select(Value.Text)])),
        .. WithSeparator(s_filename, LogicalType.Varchar, (path, separators) => Value.Text(FileName(path, separators))),
        .. WithSeparator(s_dirname, LogicalType.Varchar, (path, separators) => Value.Text(
            Parts(path, separators) is [var first, _, ..] ? first : "")),
        .. WithSeparator(s_dirpath, LogicalType.Varchar, (path, separators) => Value.Text(Directory(path, separators))),
        ValueFunction.Overload(
            s_filename, [LogicalType.Varchar, LogicalType.Boolean], _ => LogicalType.Varchar,
            _ => (a, _) => Value.Text(Trimmed(FileName(a[0].AsText, Separators("both_slash")), a[1].AsBoolean))),
        ValueFunction.Overload(
            s_filename, [LogicalType.Varchar, LogicalType.Boolean, LogicalType.Varchar], _ => LogicalType.Varchar,
            _ => (a, _) => Value.Text(Trimmed(FileName(a[0].AsText, Separators(a[2].AsText)), a[1].AsBoolean))),
    ];

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
        {
            Category = "Text", Example = example, Returns = returns, Flags = FunctionFlags.CanThrow,
        };

    private static IEnumerable<ScalarOverload> WithSeparator(
        FunctionInfo info, LogicalType result, Func<string, char[], Value> apply) =>
    [
        ValueFunction.Overload(
            info, [LogicalType.Varchar], _ => result, _ => (a, _) => apply(a[0].AsText, Separators("both_slash"))),
        ValueFunction.Overload(
            info, [LogicalType.Varchar, LogicalType.Varchar], _ => result,
            _ => (a, _) => apply(a[0].AsText, Separators(a[1].AsText))),
    ];

    private static char[] Separators(string name) => name.ToLowerInvariant() switch
    {
        "system" or "forward_slash" => ['/'],
        "backslash" => ['\\'],
        "both_slash" => ['/', '\\'],
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, $"No separator of paths: {name}",
            hint: "There are system, forward_slash, backslash and both_slash."),
    };

    private static string[] Parts(string path, char[] separators)
    {
        string[] parts = path.Split(separators, StringSplitOptions.RemoveEmptyEntries);
        return path.Length > 0 && separators.Contains(path[0]) ? [path[..1], .. parts] : parts;
    }

    private static string FileName(string path, char[] separators) => path[(path.LastIndexOfAny(separators) + 1)..];

    private static string Directory(string path, char[] separators)
    {
        int end = path.LastIndexOfAny(separators);
        return end < 0 ? "" : path[..end];
    }

    private static string Trimmed(string name, bool isTrimmed)
    {
        int dot = isTrimmed ? name.LastIndexOf('.') : -1;
        return dot < 0 ? name : name[..dot];
    }
}
