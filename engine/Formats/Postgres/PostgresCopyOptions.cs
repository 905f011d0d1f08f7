using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>How the text format of PostgreSQL's COPY is read and written.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="NullText">What stands for NULL.</param>
/// <param name="HasHeader">Whether a line of names comes first.</param>
internal sealed record PostgresCopyOptions(byte Delimiter, byte[] NullText, bool HasHeader)
{
    /// <summary>Reads the options of a call.</summary>
    public static PostgresCopyOptions From(SourceOptions options, string format)
    {
        string delimiter = options.TakeText("delimiter", "delim", "sep") ?? "\t";
        if (delimiter is not [> '\0' and < (char)128] || delimiter is "\n" or "\r" or "\\")
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "COPY delimiter must be a single one-byte character");
        }
        PostgresCopyOptions taken = new(
            (byte)delimiter[0], Encoding.UTF8.GetBytes(options.TakeText("null", "nullstr") ?? "\\N"),
            options.TakeBoolean("header") ?? false);
        options.TakeText("encoding");
        options.TakeBoolean("freeze");
        options.ExpectAllTaken(format);
        return taken;
    }
}
