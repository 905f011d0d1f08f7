using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Files as rows: <c>glob('data/*.csv')</c> has their names, <c>read_text</c> and <c>read_blob</c> what is in them.
/// </summary>
internal static class FileListing
{
    private const string Glob = "glob";
    private const string ReadText = "read_text";
    private const string ReadBlob = "read_blob";

    // What one value may hold.
    private const long MostBytes = 1 << 30;

    /// <summary>The names of the functions.</summary>
    public static IReadOnlyList<string> FunctionNames { get; } = [Glob, ReadText, ReadBlob];

    /// <summary>The rows of a call; null where the function is another.</summary>
    /// <exception cref="QueryException">42883: other arguments than a pattern or a list of patterns.</exception>
    public static IPlanSource? Bind(
        string name, IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> named, IInputFiles files)
    {
        if (FunctionNames.FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
            return null;
        if (named.Count > 0)
            throw new QueryException(SqlStates.UndefinedFunction, $"{function} has no options");
        string[] patterns = PathsOf(function, arguments);
        LogicalType content = function == ReadBlob ? LogicalType.Blob : LogicalType.Varchar;
        Schema schema = function == Glob
            ? new Schema(new Field("file", LogicalType.Varchar, false))
            : new Schema(
                new Field("filename", LogicalType.Varchar, false), new Field("content", content),
                new Field("size", LogicalType.BigInt));
        ValueSource source = new(schema, () => patterns.SelectMany(p => Expand(p, function, files)).Select(path =>
            function == Glob ? [Value.Text(path)] : Read(path, content, files)));
        return new SourceTable(source, $"{function}({string.Join(", ", patterns.Select(p => $"'{p}'"))})");
    }

    /// <summary>The paths or patterns that the only argument of a function names.</summary>
    /// <exception cref="QueryException">42883: it is no text and no list of texts.</exception>
    public static string[] PathsOf(string function, IReadOnlyList<Value> arguments)
    {
        if (arguments is [{ IsNull: false } only])
        {
            if (only.Type.Kind == TypeKind.Varchar) return [only.AsText];
            if (only.Type.Kind == TypeKind.List && only.Elements.All(e => !e.IsNull && e.Type.Kind == TypeKind.Varchar))
                return [.. only.Elements.Select(e => e.AsText)];
        }
        throw new QueryException(
            SqlStates.UndefinedFunction, $"{function} takes one path or list of paths, and options by name");
    }

    // A listing of nothing is empty; reading what is not there is an error.
    private static IReadOnlyList<string> Expand(string pattern, string function, IInputFiles files)
    {
        try
        {
            return files.Expand(pattern);
        }
        catch (StorageException error) when (function == Glob && error.SqlState == SqlStates.UndefinedFile)
        {
            return [];
        }
    }

    private static Value[] Read(string path, LogicalType type, IInputFiles files)
    {
        using IInputFile file = files.Open(path);
        using MemoryStream content = new();
        byte[] part = new byte[1 << 16];
        for (int read; (read = file.Read(content.Length, part)) > 0;)
        {
            content.Write(part, 0, read);
            if (content.Length > MostBytes)
            {
                throw new QueryException(
                    SqlStates.ProgramLimitExceeded, $"File is too large for one value: {path}",
                    hint: "Read it with read_csv or read_json.");
            }
        }
        byte[] bytes = content.ToArray();
        Value value = type.Kind == TypeKind.Blob ? Value.Bytes(type, bytes) : Value.Text(TextOf(bytes, path));
        return [Value.Text(path), value, Value.BigInt(bytes.Length)];
    }

    private static string TextOf(byte[] bytes, string path)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new QueryException(
                SqlStates.CharacterNotInRepertoire, $"File is not UTF-8: {path}", hint: "Read it with read_blob.");
        }
    }
}
