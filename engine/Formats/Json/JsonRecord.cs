using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Json;

/// <summary>What builders share while they read the values of a batch, and why one could not be read.</summary>
internal sealed class JsonRecord(Arena arena)
{
    /// <summary>The most of a value that is shown.</summary>
    private const int MaxShownBytes = 100;

    /// <summary>The buffer that the text lies in.</summary>
    public NativeBuffer? Block { get; set; }

    /// <summary>Text that differs from the file's, because it was escaped there.</summary>
    public Arena Arena { get; } = arena;

    /// <summary>The column that is being read.</summary>
    public string? Column { get; set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Forgets what was wrong.</summary>
    public void Begin()
    {
        Column = null;
        Failure = null;
    }

    /// <summary>Says that a value is not of its type; always false.</summary>
    public bool Fail(ReadOnlySpan<byte> value, LogicalType type)
    {
        bool isCut = value.Length > MaxShownBytes;
        string shown = System.Text.Encoding.UTF8.GetString(isCut ? value[..MaxShownBytes] : value);
        Failure ??= $"cannot read {shown}{(isCut ? "…" : "")} as {type}";
        return false;
    }
}
