using System.Text;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>
/// A path of SQL/JSON, PostgreSQL's jsonpath: <c>lax $.items[*] ? (@.price &gt; 10).name</c>.
/// </summary>
/// <param name="Root">The path.</param>
/// <param name="IsStrict">True where a wrong shape is an error; else arrays are unwrapped as needed.</param>
internal sealed record SqlJsonPath(PathNode Root, bool IsStrict)
{
    /// <summary>Reads a path.</summary>
    /// <exception cref="Errors.QueryException">42601: it is no path.</exception>
    public static SqlJsonPath Parse(ReadOnlySpan<byte> text) => new PathParser(Encoding.UTF8.GetString(text)).Parse();
}

/// <summary>The path that a call has read; the same one for as long as its text stays.</summary>
internal sealed class SqlJsonPathCache
{
    private byte[]? _text;
    private SqlJsonPath? _path;

    public SqlJsonPath Of(ReadOnlySpan<byte> text)
    {
        if (_text is not null && text.SequenceEqual(_text)) return _path!;
        _path = SqlJsonPath.Parse(text);
        _text = text.ToArray();
        return _path;
    }
}
