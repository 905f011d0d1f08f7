using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>A row of a system relation; columns are set by name, in an initializer.</summary>
internal sealed class SystemRow(SystemColumns columns)
{
    private readonly Value[] _values = [.. columns.Defaults];

    /// <summary>A row whose values are known in the order of the columns.</summary>
    public SystemRow(SystemColumns columns, Value[] values)
        : this(columns) => values.CopyTo(_values, 0);

    /// <summary>The values in the order of the columns.</summary>
    public Value[] Values => _values;

    /// <summary>Sets a column: text, number, truth, array of these, or null.</summary>
    public object? this[string column]
    {
        set
        {
            int place = columns.PlaceOf(column);
            _values[place] = ValueOf(columns.Schema[place].Type, value);
        }
    }

    private static Value ValueOf(LogicalType type, object? value) => value switch
    {
        null => Value.Null(type),
        string text => Value.Text(text),
        char letter => Value.Text(letter.ToString()),
        bool truth => Value.Boolean(truth),
        int or uint or long or short => Value.Integer(type, Convert.ToInt64(value, null)),
        float or double => Value.Float(type, Convert.ToDouble(value, null)),
        string[] texts => Value.Nested(type, [.. texts.Select(Value.Text)]),
        int[] numbers => ListOf(type, numbers.Select(n => (long)n)),
        uint[] numbers => ListOf(type, numbers.Select(n => (long)n)),
        Value whole => whole,
        _ => throw Invariant.Unreachable($"value of a system relation: {value.GetType()}"),
    };

    private static Value ListOf(LogicalType type, IEnumerable<long> numbers) => Value.Nested(
        type, numbers.Select(n => Value.Integer(type.Element!, n)).ToImmutableArray());
}
