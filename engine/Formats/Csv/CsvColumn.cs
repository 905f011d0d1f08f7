using System.Collections.Immutable;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>How one column is read.</summary>
internal sealed record CsvColumn(string Name, LogicalType Type)
{
    /// <summary>Texts that mean NULL where they are not quoted, besides the empty field.</summary>
    public ImmutableArray<byte[]> NullTexts { get; init; } = [];

    /// <summary>True when an empty field is NULL; always so for other types than text.</summary>
    public bool EmptyIsNull { get; init; } = true;

    /// <summary>True when texts of NULL are NULL in quotes as well.</summary>
    public bool HasQuotedNulls { get; init; }

    /// <summary>Format of dates and timestamps; null = ISO.</summary>
    public TimePattern? Pattern { get; init; }

    /// <summary>Decimal separator of numbers.</summary>
    public char DecimalSeparator { get; init; } = '.';

    /// <summary>Between groups of digits of numbers; none where it is NUL.</summary>
    public char ThousandsSeparator { get; init; }

    /// <summary>What a sample shows where the type came from another file; null where it shows nothing.</summary>
    public LogicalType? SampledType { get; init; }

    /// <summary>True when the type was found from a sample, so that naming another one helps.</summary>
    public bool IsSniffed { get; init; }
}
