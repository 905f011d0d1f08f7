using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// The format numbers of one kind of bytes that outlive the process: the number that is written, and the oldest one
/// that there still is a reader for. Who changes the bytes raises the first; who drops a reader raises the second,
/// which from release 0.1 on nobody does.
/// </summary>
/// <param name="Kind">Of what, for people: "folder".</param>
/// <param name="Written">The number that is written.</param>
/// <param name="Oldest">The oldest number that is read.</param>
internal sealed record FileFormat(string Kind, uint Written, uint Oldest)
{
    /// <summary>Only what is written is read.</summary>
    public FileFormat(string kind, uint number)
        : this(kind, number, number)
    {
    }

    /// <summary>Lets the numbers pass that are read, and refuses all others with advice.</summary>
    /// <param name="found">The number in the bytes.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="writer">The version of ColFrag that wrote it, where the bytes say so.</param>
    /// <exception cref="StorageException">0A000: the number is too old, or of a later ColFrag.</exception>
    public void Check(uint found, string path, string? writer = null)
    {
        if (found >= Oldest && found <= Written) return;
        string read = Oldest == Written ? $"{Written}" : $"{Oldest} to {Written}";
        string other = writer is null ? "" : $" (ColFrag {writer} wrote it)";
        throw new StorageException(
            $"Format {found} of a {Kind} where this ColFrag reads {read}", path,
            found > Written
                ? $"Open it with a newer ColFrag{other}."
                : "Until release 0.1 formats change freely: load the data anew, or open it with the ColFrag that " +
                    $"wrote it{other}.",
            SqlStates.FeatureNotSupported);
    }
}
