using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>
/// The options of one call, by name (case-insensitive): <c>read_csv('f', delim = ';')</c>, <c>COPY … WITH (…)</c>. Each
/// format takes the ones it knows; whatever is left is an error that lists the known ones.
/// </summary>
internal sealed class SourceOptions
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    public SourceOptions(params IEnumerable<KeyValuePair<string, Value>> values)
    {
        foreach ((string name, Value value) in values)
        {
            if (!_values.TryAdd(name, value))
            {
                throw new QueryException(SqlStates.SyntaxError, $"Option is given twice: {name}");
            }
        }
    }

    /// <summary>All options as they were given.</summary>
    public IReadOnlyList<KeyValuePair<string, Value>> Values => [.. _values];

    /// <summary>Text of an option, by any of its names; null where it was not given.</summary>
    public string? TakeText(params ReadOnlySpan<string> names)
    {
        Value? value = Take(names);
        return value is null ? null : TextOf(value, names[0]);
    }

    /// <summary>A list of texts; one text is a list of one.</summary>
    public string[]? TakeTexts(params ReadOnlySpan<string> names)
    {
        Value? value = Take(names);
        if (value is null) return null;
        string name = names[0];
        return IsList(value) ? [.. value.Elements.Select(e => TextOf(e, name))] : [TextOf(value, name)];
    }

    /// <summary>A truth value; null where it was not given, or is 'auto'.</summary>
    public bool? TakeBoolean(params ReadOnlySpan<string> names)
    {
        Value? value = Take(names);
        if (value is null) return null;
        if (value.Type.Kind == TypeKind.Boolean || value.Type.IsInteger) return value.AsBoolean;
        return TextOf(value, names[0]).ToUpperInvariant() switch
        {
            "TRUE" or "ON" or "YES" or "1" => true,
            "FALSE" or "OFF" or "NO" or "0" => false,
            "AUTO" => null,
            _ => throw Wrong(names[0], value, "true or false"),
        };
    }

    /// <summary>A number that is not negative; null where it was not given.</summary>
    public long? TakeCount(params ReadOnlySpan<string> names)
    {
        Value? value = Take(names);
        if (value is null) return null;
        Int128 number = -1;
        if (value.Type.IsInteger) number = value.AsInteger;
        else if (value.Type.Kind == TypeKind.Varchar && long.TryParse(value.AsText, out long parsed)) number = parsed;
        if (number < 0 || number > long.MaxValue) throw Wrong(names[0], value, "a number from 0");
        return (long)number;
    }

    /// <summary>A number of bytes, as a number or with a unit; null where it was not given.</summary>
    public long? TakeBytes(params ReadOnlySpan<string> names)
    {
        if (TakeText(names) is not { } text) return null;
        return ByteSize.TryParse(text) is > 0 and { } bytes ? bytes
            : throw Wrong(names[0], Value.Text(text), "a size such as 100MB");
    }

    /// <summary>
    /// Names with texts: a STRUCT <c>{'id': 'BIGINT'}</c> or a MAP; null where it was not given.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>>? TakePairs(params ReadOnlySpan<string> names)
    {
        Value? value = Take(names);
        if (value is null) return null;
        string name = names[0];
        return value.Type.Kind switch
        {
            TypeKind.Struct => [.. value.Elements.Select(
                (e, i) => KeyValuePair.Create(value.Type.Fields[i].Name, TextOf(e, name)))],
            TypeKind.Map => [.. value.Elements.Select(
                e => KeyValuePair.Create(TextOf(e.Elements[0], name), TextOf(e.Elements[1], name)))],
            _ => throw Wrong(name, value, "names with values: {'a': 'b'}"),
        };
    }

    /// <summary>
    /// What happens to malformed rows: <c>on_error</c>, or DuckDB's <c>ignore_errors</c> and <c>store_rejects</c>.
    /// </summary>
    public RowErrorAction TakeOnError()
    {
        bool ignores = TakeBoolean("ignore_errors") ?? false;
        bool stores = TakeBoolean("store_rejects") ?? NamesRejects;
        string? action = TakeText("on_error");
        return action?.ToUpperInvariant() switch
        {
            null => stores ? RowErrorAction.Store : ignores ? RowErrorAction.Skip : RowErrorAction.Stop,
            "STOP" => RowErrorAction.Stop,
            "SKIP" or "IGNORE" => RowErrorAction.Skip,
            "STORE" => RowErrorAction.Store,
            _ => throw new QueryException(
                SqlStates.InvalidParameterValue, $"Wrong value of option on_error: {action}",
                hint: "It takes stop, skip or store."),
        };
    }

    /// <summary>True when rejected rows are to be kept; takes nothing.</summary>
    public bool IsStoringRejects =>
        (_values.TryGetValue("on_error", out Value? action) && IsWord(action, "store")) ||
        (!_values.ContainsKey("on_error") && (_values.TryGetValue("store_rejects", out Value? stores)
            ? IsWord(stores, "true") || IsWord(stores, "on") || IsWord(stores, "1") : NamesRejects));

    // Whoever says where rejects go wants them.
    private bool NamesRejects => _values.ContainsKey("rejects_table") || _values.ContainsKey("rejects_scan");

    /// <summary>True when rows that cannot be read may be left out; takes nothing.</summary>
    public bool MayReject => IsStoringRejects || _values.ContainsKey("ignore_errors") ||
        (_values.TryGetValue("on_error", out Value? action) && !IsWord(action, "stop"));

    /// <summary>True when the option was given as a STRUCT or MAP; does not take it.</summary>
    public bool IsPairs(string name) =>
        _values.TryGetValue(name, out Value? value) && value.Type.Kind is TypeKind.Struct or TypeKind.Map;

    /// <summary>Fails for options that nobody took.</summary>
    /// <exception cref="QueryException">An unknown option; the hint lists the known ones.</exception>
    public void ExpectAllTaken(string format)
    {
        string? unknown = _values.Keys.FirstOrDefault(k => !_taken.Contains(k));
        if (unknown is null) return;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Unknown option of {format}: {unknown}",
            hint: $"The options are {string.Join(", ", _known)}.");
    }

    /// <summary>The error for a value that an option cannot have.</summary>
    public static QueryException Wrong(string name, Value value, string expected) => new(
        SqlStates.InvalidParameterValue, $"Wrong value of option {name}: {value}", hint: $"It takes {expected}.");

    private Value? Take(ReadOnlySpan<string> names)
    {
        _known.Add(names[0]);
        Value? found = null;
        foreach (string name in names)
        {
            if (!_values.TryGetValue(name, out Value? value)) continue;
            if (found is not null) throw new QueryException(SqlStates.SyntaxError, $"Option is given twice: {name}");
            found = value;
            _taken.Add(name);
        }
        return found;
    }

    private static bool IsWord(Value value, string word) =>
        value.ToString().Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool IsList(Value value) => value.Type.Kind is TypeKind.List or TypeKind.Array;

    private static string TextOf(Value value, string name)
    {
        if (value.IsNull) throw Wrong(name, value, "a text");
        if (value.Type.IsNested) throw Wrong(name, value, "a text");
        return value.ToString();
    }
}
