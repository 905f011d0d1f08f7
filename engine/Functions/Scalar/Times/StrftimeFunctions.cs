using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Formatting;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>strftime and strptime: dates and times by DuckDB's formats.</summary>
internal static class StrftimeFunctions
{
    private static readonly FunctionInfo s_print = new("strftime",
        "A date or time as text in a format of %Y, %m, %d, %H, ….")
    {
        Category = "Dates and times", Example = "strftime(DATE '1992-01-01', '%a, %-d %B %Y')",
        Returns = "Wed, 1 January 1992",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_printZoned =
        s_print with { Flags = FunctionFlags.CanThrow | FunctionFlags.Stable };

    private static readonly FunctionInfo s_read = new("strptime", "The timestamp that a text names in a format.")
    {
        Category = "Dates and times",
        Example = "strptime('Wed, 1 January 1992 - 08:38:40 PM', '%a, %-d %B %Y - %I:%M:%S %p')",
        Returns = "1992-01-01 20:38:40", Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_try = new("try_strptime",
        "As strptime, but NULL where the text does not have the format.")
    {
        Category = "Dates and times", Example = "try_strptime('x', '%Y')", Returns = "NULL",
        Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Print(s_print, LogicalType.Timestamp, isSwapped: false), Print(s_print, LogicalType.Date, isSwapped: false),
        Print(s_printZoned, LogicalType.TimestampTz, isSwapped: false),
            Print(s_print, LogicalType.Timestamp, isSwapped: true),
        Read(s_read, isTry: false), Read(s_try, isTry: true),
    ];

    private static ScalarOverload Print(FunctionInfo info, LogicalType type, bool isSwapped) => FunctionEntries.Bound(
        info, isSwapped ? [LogicalType.Varchar, type] : [type, LogicalType.Varchar],
        types =>
            new RowFunction<PrintKernel,
                ReadOnlySpan<byte>>(info, types, LogicalType.Varchar, new(type.Kind, isSwapped ? 1 : 0)));

    private static ScalarOverload Read(FunctionInfo info, bool isTry) => FunctionEntries.Bound(
        info, [LogicalType.Varchar, LogicalType.Varchar],
        types => new RowFunction<ReadKernel, long>(info, types, LogicalType.Timestamp, new(isTry)));

    private readonly struct PrintKernel(TypeKind kind, int valueAt) : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            if (InfinityOf(arguments, row) is { IsEmpty: false } infinity)
            {
                result = infinity;
                return true;
            }
            Utf8Writer target = new(context.Text);
            StrftimeFormat.Append(
                ref target, LocalParts.Of(arguments, valueAt, row, kind, context),
                    arguments.Get<ReadOnlySpan<byte>>(1 - valueAt, row));
            result = target.End();
            return true;
        }

        // Infinite moments have no parts to print.
        private ReadOnlySpan<byte> InfinityOf(in RowArguments arguments, int row)
        {
            bool isDate = kind == TypeKind.Date;
            long value = isDate ? arguments.Get<int>(valueAt, row) : arguments.Get<long>(valueAt, row);
            return value == (isDate ? int.MaxValue : long.MaxValue) ? "infinity"u8
                : value == (isDate ? int.MinValue : long.MinValue) ? "-infinity"u8 : default;
        }
    }

    private readonly struct ReadKernel(bool isTry) : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
            ReadOnlySpan<byte> format = arguments.Get<ReadOnlySpan<byte>>(1, row);
            bool isRead = StrftimeFormat.TryParse(text, format, out ClockParts parts, out bool hasOffset);
            result = isRead ? parts.Microseconds : 0;
            if (isRead && hasOffset) result -= parts.Offset * 1_000_000L;
            if (isRead || isTry) return isRead;
            throw new QueryException(
                SqlStates.InvalidDatetimeFormat,
                $"Text does not have the format {Encoding.UTF8.GetString(format)}: {Encoding.UTF8.GetString(text)}");
        }
    }
}

/// <summary>The parts of an argument on the clock that it is shown by.</summary>
internal static class LocalParts
{
    public static ClockParts Of(in RowArguments arguments, int index, int row, TypeKind kind, FunctionContext context)
    {
        switch (kind)
        {
            case TypeKind.Date:
                return ClockParts.Of(arguments.Get<int>(index, row) * Text.DateTimeText.MicrosecondsPerDay);
            case TypeKind.TimestampTz:
                long utc = arguments.Get<long>(index, row);
                TimeZoneRules zone = context.GetState<SessionZone>().Of(context.Session);
                int offset = zone.OffsetAt(utc);
                ClockParts parts = ClockParts.Of(utc + (offset * 1_000_000L));
                parts.Offset = offset;
                parts.Zone = zone.Name;
                return parts;
            default:
                return ClockParts.Of(arguments.Get<long>(index, row));
        }
    }
}
