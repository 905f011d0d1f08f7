using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>What a source gets from whoever opens it.</summary>
internal sealed record SourceContext
{
    /// <summary>Where the files are; the local disk unless told.</summary>
    public IInputFiles Files { get; init; } = LocalInputFiles.Instance;

    /// <summary>Pays for what lives as long as the source: footers, samples.</summary>
    public MemoryAccount Account { get; init; } = MemoryAccount.Untracked;

    /// <summary>
    /// The columns of the table that is loaded; their types win over guesses. A file that names its columns is matched
    /// by name where all its names are known, else by position.
    /// </summary>
    public Schema? Target { get; init; }

    /// <summary>Casts text to types that a format has no parser for; null where such types are refused.</summary>
    public ITextConversions? Conversions { get; init; }

    /// <summary>Counts rows and bytes; shared by the files of one source.</summary>
    public SourceCounters Counters { get; init; } = new();

    /// <summary>
    /// Called with each rejected row under <see cref="RowErrorAction.Store"/>, from any reading thread.
    /// </summary>
    public Action<RejectedRow>? OnRejected { get; init; }

    /// <summary>Called with each file that is opened under <see cref="RowErrorAction.Store"/>.</summary>
    public Action<RejectingFile>? OnRejecting { get; init; }

    /// <summary>Called with a remark about the input that the user should see (a preamble was skipped).</summary>
    public Action<string>? OnNotice { get; init; }
}
