using System.Diagnostics.CodeAnalysis;

namespace ColFrag.Engine.Errors;

/// <summary>Bytes that no writer of ours made: a damaged file or frame, with its name and the offset in it.</summary>
public sealed class CorruptDataException : ColFragException
{
    private const string Advice =
        "It was damaged or cut off after it was written: fetch or write it again, or restore it from a copy.";

    /// <summary>Creates the error.</summary>
    public CorruptDataException(string what, string source, long offset, Exception? inner = null)
        : base(SqlStates.DataCorrupted, $"Corrupt data: {what}: {source} at byte {offset}", Advice, inner)
    {
        What = what;
        SourceName = source;
        Offset = offset;
    }

    /// <summary>The field or rule that does not hold.</summary>
    public string What { get; }

    /// <summary>The file or frame.</summary>
    public string SourceName { get; }

    /// <summary>Byte offset in the source.</summary>
    public long Offset { get; }

    /// <summary>Throws unless the bytes keep the rule.</summary>
    public static void ThrowUnless([DoesNotReturnIf(false)] bool holds, string what, string source, long offset)
    {
        if (!holds) Throw(what, source, offset);
    }

    [DoesNotReturn]
    private static void Throw(string what, string source, long offset) =>
        throw new CorruptDataException(what, source, offset);
}
