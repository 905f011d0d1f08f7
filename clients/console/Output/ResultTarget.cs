using System.Text;

namespace ColFrag.Console.Output;

/// <summary>Where results are printed, and what can be shown there.</summary>
sealed class ResultTarget(TextWriter writer, Stream stream, Func<int?> columns, bool useColor)
{
    private const int WriteBufferBytes = 1 << 16;

    public TextWriter Writer { get; } = writer;

    /// <summary>
    /// What lies below the writer, for bytes that are no text (COPY TO STDOUT); flush the writer before.
    /// </summary>
    public Stream Stream { get; } = stream;

    /// <summary>Cells in a row of the terminal as it is now; null for files and pipes, which have no edge.</summary>
    public int? Columns => columns();

    public bool UseColor { get; } = useColor;

    /// <summary>
    /// False when the user asked for no colours (no-color.org) or the terminal is not one that shows them.
    /// </summary>
    public static bool AllowsColor { get; } =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) &&
        Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>
    /// The standard output of the process. Buffered, because results can be long: whoever prints flushes.
    /// </summary>
    public static ResultTarget StandardOutput()
    {
        Stream stream = System.Console.OpenStandardOutput();
        StreamWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), WriteBufferBytes);
        return System.Console.IsOutputRedirected
            ? new ResultTarget(writer, stream, () => null, useColor: false)
            : new ResultTarget(writer, stream, () => WindowWidth(), AllowsColor);
    }

    /// <summary>A file, written anew.</summary>
    public static ResultTarget File(string path)
    {
        StreamWriter writer = new(path, append: false);
        return new ResultTarget(writer, writer.BaseStream, () => null, useColor: false);
    }

    private static int WindowWidth() => System.Console.WindowWidth is > 0 and int width ? width : 80;
}
