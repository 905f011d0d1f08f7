using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>The advice when a file has another format number than this build.</summary>
internal static class CatalogFormat
{
    /// <exception cref="StorageException">The number is another one.</exception>
    public static void Check(uint found, uint supported, string path)
    {
        if (found == supported) return;
        string advice = found > supported
            ? "Open it with a newer ColFrag."
            : "Until release 0.1 formats change freely: load the data anew, or open it with the ColFrag that wrote it.";
        throw new StorageException(
            $"Format {found} where this ColFrag reads {supported}", path, advice, SqlStates.FeatureNotSupported);
    }
}
