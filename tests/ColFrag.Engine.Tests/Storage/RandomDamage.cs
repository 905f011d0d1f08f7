using ColFrag.Engine.Files;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>What happens to files: some flipped bits, mostly where the headers are, or a cut end.</summary>
internal static class RandomDamage
{
    private const int HeaderBytes = 200;

    /// <summary>How many cases a test tries: so many, or 100,000 in the long run.</summary>
    public static int Rounds(int few) => Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? 100_000 : few;

    /// <summary>Other bytes than these.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes, Random random)
    {
        if (random.Next(5) == 0) return bytes[..random.Next(bytes.Length)].ToArray();
        byte[] damaged = bytes.ToArray();
        do
        {
            for (int flips = random.Next(1, 5); flips > 0; flips--)
            {
                int within = random.Next(3) == 0 ? Math.Min(HeaderBytes, bytes.Length) : bytes.Length;
                damaged[random.Next(within)] ^= (byte)(1 << random.Next(8));
            }
        }
        while (bytes.SequenceEqual(damaged));
        return damaged;
    }

    /// <summary>Puts other bytes into a file. The folder is flushed, so that the file before is forgotten.</summary>
    public static async Task ReplaceAsync(MemoryFileSystem files, string path, byte[] bytes)
    {
        if (files.FileExists(path)) files.DeleteFile(path);
        using (IAppendFile file = files.Create(path)) file.Append(bytes);
        await files.FlushFolderAsync(path[..Math.Max(0, path.LastIndexOf('/'))]);
    }
}
