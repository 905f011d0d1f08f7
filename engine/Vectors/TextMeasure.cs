namespace ColFrag.Engine.Vectors;

/// <summary>What is read of texts instead of the texts; the numbers travel in plans.</summary>
internal enum TextMeasure : byte
{
    /// <summary>Nothing instead: the texts themselves.</summary>
    None = 0,

    /// <summary>Their lengths in bytes, as INTEGER.</summary>
    Bytes = 1,

    /// <summary>Their lengths in characters, as INTEGER.</summary>
    Characters = 2,
}
