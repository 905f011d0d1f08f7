using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Input;

/// <summary>Files of users, outside of the data folder: only read.</summary>
internal interface IInputFiles
{
    /// <summary>
    /// The files that a path names, in byte order of their paths. <c>* ? [a-z] {a,b} **</c> are wildcards when no file
    /// has that very name; names that begin with <c>_</c> or <c>.</c> match only where the pattern spells them out.
    /// <c>-</c> and <c>/dev/stdin</c> are the standard input.
    /// </summary>
    /// <exception cref="StorageException">58P01: no such file, or nothing matches.</exception>
    IReadOnlyList<string> Expand(string pattern);

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="StorageException">It is absent or cannot be read.</exception>
    IInputFile Open(string path);

    /// <summary>
    /// Where a file lies on a disk that other processes may see as well; null where its bytes are nowhere else.
    /// </summary>
    string? PlaceOf(string path) => null;
}

/// <summary>An open input file; reads may run in parallel.</summary>
internal interface IInputFile : IDisposable
{
    /// <summary>The path, for messages.</summary>
    string Path { get; }

    /// <summary>Length in bytes; null where the input can only be read once from front to back (pipes).</summary>
    long? Length { get; }

    /// <summary>
    /// Reads bytes at an offset; fewer than asked for only at the end of the file. Inputs without a length must be read
    /// in order.
    /// </summary>
    int Read(long offset, Span<byte> target);
}
