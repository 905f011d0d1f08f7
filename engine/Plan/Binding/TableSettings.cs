using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>What the options of a table may say: CREATE TABLE and ALTER TABLE … SET understand them alike.</summary>
internal static class TableSettings
{
    /// <summary>The most ranges of a table.</summary>
    public const int MaxRanges = 65_536;

    /// <summary>The most ranges that the rows of one key are spread over.</summary>
    public const int MaxSalt = 1_024;

    private static readonly string[] s_known =
    [
        "distributed_by", "order_by", "column_groups", "replicas", "ranges", "compression", "bloom",
        TableDefinition.EncodingOption, TableDefinition.PlacementOption, "retention", "salt",
    ];

    /// <summary>A whole number between two others.</summary>
    /// <exception cref="QueryException">22023: it is none.</exception>
    public static int Whole(DescribedSetting setting, int min, int max)
    {
        bool isWhole = setting.Value is { IsNull: false, Type.IsInteger: true };
        if (isWhole && setting.Value.AsInteger >= min && setting.Value.AsInteger <= max)
            return (int)setting.Value.AsInteger;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Option {setting.Name} must be a whole number from {min} to {max}",
            setting.Position);
    }

    /// <summary>
    /// The name of a compression as tables keep it; empty for none, of a column for that of the table.
    /// </summary>
    /// <exception cref="QueryException">22023: there is none of that name.</exception>
    public static string Compression(string written, int position, bool isColumn = false)
    {
        string name = written.ToLowerInvariant();
        if (name is "zstd" or "lz4") return name;
        if (name == "none") return isColumn ? name : "";
        if (isColumn && name == "default") return "";
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Unknown compression: {name}", position,
            $"Use none, zstd or lz4{(isColumn ? ", or default for the table's" : "")}; encodings choose themselves.");
    }

    /// <summary>Whether rows are encoded to be small, or to be written fast.</summary>
    /// <exception cref="QueryException">22023: neither of the two.</exception>
    public static string Encoding(DescribedSetting setting)
    {
        string encoding = setting.Value.ToString().ToLowerInvariant();
        if (encoding is "small" or "fast") return encoding;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Unknown encoding: {encoding}", setting.Position,
            "Use small, or fast for data that is soon thrown away.");
    }

    /// <summary>Which column groups lie on the same workers.</summary>
    /// <exception cref="QueryException">22023: there is no such placement.</exception>
    public static string Placement(DescribedSetting setting)
    {
        string placement = setting.Value.ToString().ToLowerInvariant();
        if (placement is "colocated" or "anchored" or "spread") return placement;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Unknown placement: {placement}", setting.Position,
            "Use colocated, anchored (the column group with the keys here, the others elsewhere) or spread.");
    }

    /// <summary>How long versions stay readable: an interval, or a text that is one.</summary>
    /// <exception cref="QueryException">22023: it is none, or negative.</exception>
    public static TimeSpan Retention(DescribedSetting setting)
    {
        Interval? interval = setting.Value switch
        {
            { IsNull: true } => null,
            { Type.Physical: PhysicalType.Interval } value => value.AsInterval,
            { Type.Physical: PhysicalType.Utf8 } value
                when IntervalParser.TryParse(value.AsBytes, out Interval read) => read,
            _ => null,
        };
        // Microseconds, a month being 30 days.
        if (interval is { } time && time.Span >= 0 && time.Span <= (Int128)TimeSpan.MaxValue.TotalMicroseconds)
            return TimeSpan.FromTicks((long)time.Span * TimeSpan.TicksPerMicrosecond);
        throw new QueryException(
            SqlStates.InvalidParameterValue, "Option retention must be an interval that is not negative",
            setting.Position, "For example retention = '7 days'.");
    }

    /// <summary>Texts of a list, or one text: names of columns.</summary>
    public static IEnumerable<string> Names(DescribedSetting setting) => setting.Value.Type.Kind == TypeKind.List
        ? setting.Value.Elements.Select(e => e.ToString()) : [setting.Value.ToString()];

    /// <summary>The error for an option that there is not.</summary>
    public static QueryException Unknown(string name, int position) => new(
        SqlStates.InvalidParameterValue, $"Unknown table option: {name}", position,
        Suggestion.Nearest(name, s_known) is { } near ? $"Did you mean {near}?"
            : $"There are {string.Join(", ", s_known)}.");
}
