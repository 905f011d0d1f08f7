namespace ColFrag.Datasets.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("colfrag-dataset").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
