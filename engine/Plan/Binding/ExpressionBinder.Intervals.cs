using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>INTERVAL: what its fields (<c>YEAR TO MONTH</c>) read, and what they leave of a value.</content>
internal sealed partial class ExpressionBinder
{
    private Expression BindInterval(Syntax.IntervalSyntax syntax)
    {
        if (syntax.Amount is Syntax.StringLiteral text)
            return BindIntervalText(text.Value, syntax.Fields, syntax.Precision, syntax.Position);
        Expression amount = Bind(syntax.Amount);
        Constant one = new(UnitInterval(syntax));
        Expression factor = amount.Type.IsInteger ? amount : context.To(amount, LogicalType.Double);
        return BindBinary("*", one, factor, syntax.Position);
    }

    private Expression CastToInterval(Expression operand, Syntax.IntervalTypeName type, bool isTry, int position)
    {
        bool isText = !isTry && context.IsUnknown(operand) && operand is Constant { Value.IsNull: false };
        return isText
            ? BindIntervalText(((Constant)operand).Value.AsText, type.Fields, type.Precision, position)
            : Fit(context.Explicit(operand, LogicalType.Interval, isTry, position), type.Fields, type.Precision,
                position);
    }

    private Expression BindIntervalText(string text, Syntax.IntervalFields fields, int? precision, int position)
    {
        // A unit that PostgreSQL does not have here: the text is a plain number.
        if (fields >= Syntax.IntervalFields.Millennium)
        {
            Constant number = new(Value.Text($"{text} {fields.ToString().ToLowerInvariant()}")) { Position = position };
            return context.Explicit(context.MarkUnknown(number), LogicalType.Interval, false, position);
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        IntervalReading reading = IntervalParser.Read(bytes, RuleOf(fields), out Interval interval);
        if (reading != IntervalReading.Read)
        {
            throw new QueryException(
                reading switch
                {
                    IntervalReading.Malformed => SqlStates.InvalidDatetimeFormat,
                    IntervalReading.FieldOverflow => SqlStates.IntervalFieldOverflow,
                    _ => SqlStates.DatetimeOverflow,
                },
                reading == IntervalReading.Malformed
                    ? $"Invalid input for type interval: \"{text}\""
                    : $"Interval is out of range: \"{text}\"",
                position);
        }
        Constant value = new(Value.OfInterval(interval)) { Position = position };
        return ConstantEvaluator.Fold(Fit(value, fields, precision, position), context.Session);
    }

    // The unit of a number without one is the last field's.
    private static IntervalReadingRule RuleOf(Syntax.IntervalFields fields) => new(
        fields switch
        {
            Syntax.IntervalFields.Year => DateTimeUnit.Year,
            Syntax.IntervalFields.Month or Syntax.IntervalFields.YearToMonth => DateTimeUnit.Month,
            Syntax.IntervalFields.Day => DateTimeUnit.Day,
            Syntax.IntervalFields.Hour or Syntax.IntervalFields.DayToHour => DateTimeUnit.Hour,
            Syntax.IntervalFields.Minute or Syntax.IntervalFields.DayToMinute or Syntax.IntervalFields.HourToMinute =>
                DateTimeUnit.Minute,
            _ => DateTimeUnit.Second,
        },
        IsMinuteToSecond: fields == Syntax.IntervalFields.MinuteToSecond);

    // What is smaller than the last field is cut, and seconds are rounded.
    private Expression Fit(Expression value, Syntax.IntervalFields fields, int? precision, int position)
    {
        string? unit = RuleOf(fields).BareUnit switch
        {
            DateTimeUnit.Second => null,
            DateTimeUnit last => last.ToString().ToLowerInvariant(),
        };
        if (unit is not null) value = BindCall("date_trunc", [new Constant(Value.Text(unit)), value], position);
        return precision is >= 0 and < 6
            ? BindCall(
                "fit_time", [value, new Constant(Value.Integer(LogicalType.Integer, precision.Value))], position)
            : value;
    }

    private static Value UnitInterval(Syntax.IntervalSyntax syntax)
    {
        const long Second = 1_000_000;
        Interval interval = syntax.Fields switch
        {
            Syntax.IntervalFields.Year => new Interval(12, 0, 0),
            Syntax.IntervalFields.Month => new Interval(1, 0, 0),
            Syntax.IntervalFields.Day => new Interval(0, 1, 0),
            Syntax.IntervalFields.Hour => new Interval(0, 0, 3_600 * Second),
            Syntax.IntervalFields.Minute => new Interval(0, 0, 60 * Second),
            Syntax.IntervalFields.Second => new Interval(0, 0, Second),
            Syntax.IntervalFields.Millennium => new Interval(12_000, 0, 0),
            Syntax.IntervalFields.Century => new Interval(1_200, 0, 0),
            Syntax.IntervalFields.Decade => new Interval(120, 0, 0),
            Syntax.IntervalFields.Quarter => new Interval(3, 0, 0),
            Syntax.IntervalFields.Week => new Interval(0, 7, 0),
            Syntax.IntervalFields.Millisecond => new Interval(0, 0, 1_000),
            Syntax.IntervalFields.Microsecond => new Interval(0, 0, 1),
            _ => throw new QueryException(
                SqlStates.SyntaxError, "A number of an INTERVAL needs one unit", syntax.Position),
        };
        return Value.OfInterval(interval);
    }
}
