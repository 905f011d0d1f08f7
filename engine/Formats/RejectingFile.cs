namespace ColFrag.Engine.Formats;

/// <summary>A file whose rows may be rejected, and how it is read: what DuckDB's <c>reject_scans</c> tells.</summary>
/// <param name="Path">The file.</param>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Quote">Around fields; empty for none.</param>
/// <param name="Escape">Before quotes in quotes; empty for none.</param>
/// <param name="NewLine">What ends a row, as an escape sequence.</param>
/// <param name="SkippedLines">Lines before the header or the first row.</param>
/// <param name="HasHeader">True when the first row names the columns.</param>
/// <param name="Columns">Names and types: <c>{'id': 'BIGINT'}</c></param>
/// <param name="DateFormat">How dates are written; null for ISO.</param>
/// <param name="TimestampFormat">How moments are written; null for ISO.</param>
internal sealed record RejectingFile(
    string Path, string Delimiter, string Quote, string Escape, string NewLine, long SkippedLines, bool HasHeader,
    string Columns, string? DateFormat, string? TimestampFormat);
