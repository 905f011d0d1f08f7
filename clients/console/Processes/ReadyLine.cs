namespace ColFrag.Console.Processes;

/// <summary>
/// How a server says that it can be used: one line with its real addresses, and a file for who waits for it.
/// </summary>
static class ReadyLine
{
    /// <summary>Prints <c>WHAT on ADDRESS, ADDRESS</c> and writes the addresses into the file, one a line.</summary>
    public static async Task WriteAsync(
        string what, IReadOnlyList<string> addresses, FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            // Whoever waits for the file must not find a part of it.
            string draft = file.FullName + ".draft";
            await File.WriteAllLinesAsync(draft, addresses, cancellationToken);
            File.Move(draft, file.FullName, overwrite: true);
        }
        await System.Console.Out.WriteLineAsync($"{what} on {string.Join(", ", addresses)}");
        await System.Console.Out.FlushAsync(cancellationToken);
    }
}
