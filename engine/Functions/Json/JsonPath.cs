using System.Globalization;
using System.Text;
using System.Text.Json;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Json;

/// <summary>
/// A way into a JSON value: <c>$.a.b[0]</c>, <c>$.*</c> and <c>$[*]</c>; <c>/a/b/0</c> (RFC 6901); or a bare name or
/// number. Negative numbers and <c>[#-1]</c> count from the end.
/// </summary>
internal sealed class JsonPath
{
    private readonly Step[] _steps;

    private JsonPath(Step[] steps) => _steps = steps;

    /// <summary>True when it has a wildcard, so that it finds many.</summary>
    public bool IsMany => Array.Exists(_steps, s => s.Kind == StepKind.All);

    /// <summary>Reads a path.</summary>
    /// <exception cref="QueryException">22023: it is no path.</exception>
    public static JsonPath Parse(ReadOnlySpan<byte> text)
    {
        string path = Encoding.UTF8.GetString(text);
        if (path.StartsWith('$')) return new JsonPath(ParseDollar(path));
        if (path.StartsWith('/')) return new JsonPath([.. path[1..].Split('/').Select(PointerStep)]);
        if (path.Length == 0) return new JsonPath([]);
        return new JsonPath([new Step(StepKind.Member, path, 0)]);
    }

    /// <summary>A path of names and numbers, as PostgreSQL's #> takes them.</summary>
    public static JsonPath OfKeys(IEnumerable<string> keys) =>
        new([.. keys.Select(k => new Step(StepKind.Either, k, IndexOf(k)))]);

    /// <summary>The first element that the path leads to.</summary>
    public bool TryFind(JsonElement root, out JsonElement found)
    {
        foreach (JsonElement element in FindAll(root))
        {
            found = element;
            return true;
        }
        found = default;
        return false;
    }

    /// <summary>Every element that the path leads to, in document order.</summary>
    public IEnumerable<JsonElement> FindAll(JsonElement root)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (Step step in _steps) found = found.SelectMany(e => Follow(e, step)).ToArray();
        return found;
    }

    /// <summary>A member or an element by the place of PostgreSQL's -> operators: names of objects, numbers of
    /// arrays.</summary>
    public static bool TryStep(JsonElement element, string? name, long index, out JsonElement found)
    {
        found = default;
        if (name is not null) return element.ValueKind == JsonValueKind.Object && TryMember(element, name, out found);
        return element.ValueKind == JsonValueKind.Array && TryElement(element, index, out found);
    }

    private static IEnumerable<JsonElement> Follow(JsonElement element, Step step)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when step.Kind is StepKind.Member or StepKind.Either:
                if (TryMember(element, step.Name, out JsonElement member)) yield return member;
                break;
            case JsonValueKind.Array when step.Kind is StepKind.Element ||
                (step.Kind == StepKind.Either && step.Index != long.MinValue):
                if (TryElement(element, step.Index, out JsonElement item)) yield return item;
                break;
            case JsonValueKind.Object when step.Kind == StepKind.All:
                foreach (JsonProperty property in element.EnumerateObject()) yield return property.Value;
                break;
            case JsonValueKind.Array when step.Kind == StepKind.All:
                foreach (JsonElement part in element.EnumerateArray()) yield return part;
                break;
        }
    }

    // The last of equal names wins, as in PostgreSQL's jsonb.
    private static bool TryMember(JsonElement element, string name, out JsonElement found) =>
        element.TryGetProperty(name, out found);

    private static bool TryElement(JsonElement element, long index, out JsonElement found)
    {
        int length = element.GetArrayLength();
        if (index < 0) index += length;
        bool isThere = index >= 0 && index < length;
        found = isThere ? element[(int)index] : default;
        return isThere;
    }

    private static long IndexOf(string key) =>
        long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long index) ? index
            : long.MinValue;

    private static Step PointerStep(string text)
    {
        string key = text.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        return new Step(StepKind.Either, key, IndexOf(key));
    }

    private static Step[] ParseDollar(string path)
    {
        List<Step> steps = [];
        int at = 1;
        while (at < path.Length)
        {
            if (path[at] == '.')
            {
                at++;
                steps.Add(ParseName(path, ref at));
            }
            else if (path[at] == '[')
            {
                at++;
                steps.Add(ParseBracket(path, ref at));
            }
            else
            {
                throw Wrong(path, at);
            }
        }
        return [.. steps];
    }

    private static Step ParseName(string path, ref int at)
    {
        if (at < path.Length && path[at] == '*')
        {
            at++;
            return new Step(StepKind.All, "", 0);
        }
        if (at < path.Length && path[at] == '"') return new Step(StepKind.Member, ParseQuoted(path, ref at), 0);
        int start = at;
        while (at < path.Length && path[at] is not ('.' or '[')) at++;
        if (at == start) throw Wrong(path, at);
        return new Step(StepKind.Member, path[start..at], 0);
    }

    private static Step ParseBracket(string path, ref int at)
    {
        Step step;
        if (at < path.Length && path[at] == '*')
        {
            at++;
            step = new Step(StepKind.All, "", 0);
        }
        else if (at < path.Length && path[at] is '"' or '\'')
        {
            step = new Step(StepKind.Member, ParseQuoted(path, ref at), 0);
        }
        else
        {
            int start = at;
            while (at < path.Length && path[at] != ']') at++;
            string number = path[start..at];
            if (number.StartsWith('#')) number = number[1..];
            if (IndexOf(number) is var index && index == long.MinValue) throw Wrong(path, start);
            step = new Step(StepKind.Element, "", index);
        }
        if (at >= path.Length || path[at] != ']') throw Wrong(path, at);
        at++;
        return step;
    }

    private static string ParseQuoted(string path, ref int at)
    {
        char quote = path[at++];
        StringBuilder name = new();
        while (at < path.Length && path[at] != quote)
        {
            if (path[at] == '\\' && at + 1 < path.Length) at++;
            name.Append(path[at++]);
        }
        if (at >= path.Length) throw Wrong(path, at);
        at++;
        return name.ToString();
    }

    private static QueryException Wrong(string path, int at) => new(
        SqlStates.InvalidParameterValue, $"Invalid JSON path at character {at + 1}: {path}",
        hint: "A path looks like $.name[0].\"other name\" or /name/0.");

    private enum StepKind
    {
        Member,
        Element,
        Either,
        All,
    }

    private readonly record struct Step(StepKind Kind, string Name, long Index);
}

/// <summary>The path that a call has read; the same one for as long as its text stays.</summary>
internal sealed class JsonPathCache
{
    private byte[]? _text;
    private JsonPath? _path;

    public JsonPath Of(ReadOnlySpan<byte> text)
    {
        if (_text is not null && text.SequenceEqual(_text)) return _path!;
        _path = JsonPath.Parse(text);
        _text = text.ToArray();
        return _path;
    }
}
