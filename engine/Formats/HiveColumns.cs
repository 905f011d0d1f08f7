using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>The types of columns that folder names give.</summary>
internal sealed record HiveColumns
{
    /// <summary>Types by name; those of others are found.</summary>
    public ImmutableArray<KeyValuePair<string, LogicalType>> Types { get; private init; } = [];

    /// <summary>False to leave what is not named as text.</summary>
    public bool FindsTypes { get; private init; } = true;

    /// <summary>Reads the options of a call.</summary>
    public static HiveColumns From(SourceOptions options) => new()
    {
        Types =
        [
            .. (options.TakePairs("hive_types") ?? []).Select(
                p => KeyValuePair.Create(p.Key, Checked(p.Key, TypeText.Parse(p.Value)))),
        ],
        FindsTypes = options.TakeBoolean("hive_types_autocast") ?? true,
    };

    private static LogicalType Checked(string name, LogicalType type)
    {
        if (type.IsInteger || type.Kind is TypeKind.Date or TypeKind.Varchar) return type;
        throw new QueryException(
            SqlStates.FeatureNotSupported, $"hive_types: folder names give no {type}: {name}",
            hint: "Take it as VARCHAR, DATE or an integer, and cast it.");
    }
}
