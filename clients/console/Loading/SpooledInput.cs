namespace ColFrag.Console.Loading;

/// <summary>The standard input, kept in a file: it is looked at for its columns first and read afterwards.</summary>
sealed class SpooledInput : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-stdin-").FullName;

    private SpooledInput() => Path = System.IO.Path.Combine(_folder, "stdin");

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Takes all of it.</summary>
    public static async Task<SpooledInput> TakeAsync(CancellationToken cancellationToken)
    {
        SpooledInput spooled = new();
        try
        {
            await using Stream input = System.Console.OpenStandardInput();
            await using FileStream file = File.Create(spooled.Path);
            await input.CopyToAsync(file, cancellationToken);
            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
