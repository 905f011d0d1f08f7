using ColFrag.Console.Output;

namespace ColFrag.Console.Shell;

/// <summary>What a user can change while the shell runs.</summary>
sealed class ShellSettings
{
    public IResultFormat Format { get; set; } = ResultFormats.Table;

    /// <summary>The format before <c>\x</c> switched to one line per value.</summary>
    public IResultFormat? FormatBeforeExpanded { get; set; }

    public OutputOptions Output { get; set; } = new();

    /// <summary>True prints how long each statement took.</summary>
    public bool ShowsTime { get; set; }

    /// <summary>True prints each statement before it runs.</summary>
    public bool Echoes { get; set; }

    /// <summary>True stops a script at the first error.</summary>
    public bool StopsAtError { get; set; }
}
