using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>What happens when a value has no counterpart in the other type: an error, or NULL for TRY_CAST.</summary>
internal sealed class CastFailure(LogicalType from, LogicalType to, bool isTry)
{
    private static readonly SearchValues<byte> s_numbers = SearchValues.Create("0123456789-:. "u8);

    /// <summary>22003: a number that the type cannot hold. Returns false, which gives NULL.</summary>
    public bool OutOfRange()
    {
        if (!isTry) Throw(SqlStates.NumericOutOfRange, $"Value is out of range: cast from {Name(from)} to {Name(to)}");
        return false;
    }

    /// <summary>22003: more digits before the point than the DECIMAL has.</summary>
    public bool DecimalOverflow()
    {
        if (!isTry)
        {
            Throw(
                SqlStates.NumericOutOfRange, $"Number has too many digits for {Name(to)}",
                $"Its absolute value must round to less than 10^{to.Precision - to.Scale}.");
        }
        return false;
    }

    /// <summary>22003: NaN and infinity have no place in exact types.</summary>
    public bool NotANumber()
    {
        if (!isTry) Throw(SqlStates.NumericOutOfRange, $"NaN and infinity cannot be cast to {Name(to)}");
        return false;
    }

    /// <summary>22008: a date or time beyond what the type holds.</summary>
    public bool DateOutOfRange()
    {
        if (!isTry)
            Throw(SqlStates.DatetimeOverflow, $"Date or time is out of range: cast from {Name(from)} to {Name(to)}");
        return false;
    }

    /// <summary>22015 where a field of an interval is too large, 22008 where all of it is.</summary>
    public bool IntervalOutOfRange(ReadOnlySpan<byte> text, IntervalReading reading)
    {
        if (isTry) return false;
        Throw(
            reading == IntervalReading.Overflow ? SqlStates.DatetimeOverflow : SqlStates.IntervalFieldOverflow,
            $"Interval is out of range: {Quote(text)}");
        return false;
    }

    /// <summary>22003: a number in a text that the type cannot hold.</summary>
    public bool TextOutOfRange(ReadOnlySpan<byte> text)
    {
        if (!isTry) Throw(SqlStates.NumericOutOfRange, $"Value is out of range for type {Name(to)}: {Quote(text)}");
        return false;
    }

    /// <summary>22P02, or 22007 for dates and times: a text that says no value of the type.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hasWrongField">It has the form of a date, and a month or day that does not exist: 22008.</param>
    public bool Unreadable(ReadOnlySpan<byte> text, bool hasWrongField = false)
    {
        if (isTry) return false;
        bool isTime = to.Kind is (>= TypeKind.Date and <= TypeKind.Interval) or TypeKind.TimeTz;
        // Numbers in the places of a date or time name a field that cannot be; PostgreSQL tells this from other text.
        if (isTime && to.Kind != TypeKind.Interval && (hasWrongField || IsNumbers(text)))
        {
            Throw(
                SqlStates.DatetimeOverflow, $"Date or time field value is out of range: {Quote(text)}",
                hasWrongField ? "Perhaps you need a different \"datestyle\" setting." : null);
        }
        Throw(
            isTime ? SqlStates.InvalidDatetimeFormat : SqlStates.InvalidTextRepresentation,
            $"Invalid input for type {Name(to)}: {Quote(text)}");
        return false;
    }

    /// <summary>Any other complaint.</summary>
    public bool Fail(string sqlState, string message)
    {
        if (!isTry) Throw(sqlState, message);
        return false;
    }

    // A lone digit, or a time without a colon, is no attempt at a field.
    private bool IsNumbers(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("-"u8) || text.IndexOfAnyExcept(s_numbers) >= 0) return false;
        int digits = 0;
        foreach (byte b in text) digits += b is >= (byte)'0' and <= (byte)'9' ? 1 : 0;
        bool hasColon = text.IndexOf((byte)':') >= 0;
        bool hasPoint = text.IndexOf((byte)'.') >= 0;
        if (to.Kind != TypeKind.Time)
        {
            // A time alone is no date, and neither is a date with a number behind it that is no time.
            bool hasDate = text.IndexOfAny("-/"u8) >= 0;
            if (hasColon && !hasDate) return false;
            if (!hasColon && hasDate && NumberText.Trim(text).Contains((byte)' ')) return false;
        }
        return digits >= 2 && (to.Kind == TypeKind.Time ? hasColon : hasColon || !hasPoint);
    }

    private static string Name(LogicalType type) => type.ToString().ToLowerInvariant();

    private static string Quote(ReadOnlySpan<byte> text) =>
        $"\"{Encoding.UTF8.GetString(text.Length <= 100 ? text : text[..100])}{(text.Length <= 100 ? "" : "…")}\"";

    [DoesNotReturn]
    private static void Throw(string sqlState, string message, string? hint = null) =>
        throw new QueryException(sqlState, message, hint: hint);
}
