namespace ColFrag.Engine.Formats.Csv;

/// <summary>The bytes that have a meaning in one file; -1 stands for none.</summary>
internal sealed record CsvDialect
{
    /// <summary>Between fields: one to four bytes.</summary>
    public byte[] Delimiter { get; init; } = [(byte)','];

    /// <summary>Around fields.</summary>
    public int Quote { get; init; } = '"';

    /// <summary>
    /// Inside of quotes, before a byte that means itself; equal to <see cref="Quote"/> where quotes are doubled.
    /// </summary>
    public int Escape { get; init; } = '"';

    /// <summary>First byte of lines that do not count.</summary>
    public int Comment { get; init; } = -1;

    /// <summary>Ends a row: line feed (after an optional carriage return), or carriage return alone.</summary>
    public byte NewLine { get; init; } = (byte)'\n';

    /// <summary>True when each row ends with a delimiter that no field follows, as dbgen writes.</summary>
    public bool HasTrailingDelimiter { get; init; }

    /// <summary>The last byte of the delimiter, where the index puts the separator.</summary>
    public byte LastDelimiterByte => Delimiter[^1];

    /// <summary>True when 64 bytes at a time can be looked at: one-byte delimiter, no comments.</summary>
    public bool IsSimple => Delimiter.Length == 1 && Comment < 0;

    /// <summary>True when quotes are escaped by another byte than themselves.</summary>
    public bool HasOwnEscape => Escape >= 0 && Escape != Quote && Quote >= 0;

    /// <summary>A file can be cut only where one byte and the state before it say what the byte means.</summary>
    public bool IsCuttable => Delimiter.Length == 1;

    /// <summary>The delimiter as text, for messages.</summary>
    public string DelimiterText => System.Text.Encoding.UTF8.GetString(Delimiter);
}
