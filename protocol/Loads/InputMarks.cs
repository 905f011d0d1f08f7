using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Loads;

/// <summary>
/// By what two processes tell that they see the same file: its length and its first and last bytes. A file that changes
/// while it is loaded is nobody's promise.
/// </summary>
internal static class InputMarks
{
    private const int EndBytes = 4 << 10;

    /// <summary>The mark of a file; null where its bytes lie nowhere that others can see.</summary>
    public static InputFileMark? TryMake(IInputFiles files, string path)
    {
        if (files.PlaceOf(path) is not { } place) return null;
        using IInputFile file = files.Open(path);
        return file.Length is { } length ? new InputFileMark(path, place, length, HashOf(file, length)) : null;
    }

    /// <summary>True where the same file lies at the same place.</summary>
    public static bool IsThere(IInputFiles files, InputFileMark mark)
    {
        try
        {
            using IInputFile file = files.Open(mark.Place);
            return file.Length == mark.Length && HashOf(file, mark.Length) == mark.Mark;
        }
        catch (ColFragException)
        {
            return false;
        }
    }

    private static UInt128 HashOf(IInputFile file, long length)
    {
        byte[] ends = new byte[2 * EndBytes];
        int count = file.Read(0, ends.AsSpan(0, (int)Math.Min(EndBytes, length)));
        count += file.Read(Math.Max(0, length - EndBytes), ends.AsSpan(count, (int)Math.Min(EndBytes, length)));
        return XxHash128.Hash(ends.AsSpan(0, count));
    }
}
