namespace ColFrag.Engine.Storage;

/// <summary>What a block of a column holds. Numbers are written in files and never reused.</summary>
internal enum BlockForm : byte
{
    /// <summary>No row has a value; nothing follows the validity.</summary>
    Null = 0,
    /// <summary>An integer stream: integers of up to 64 bits, decimals, dates, times, booleans, enums.</summary>
    Integer = 1,
    /// <summary>A stream of 128-bit integers.</summary>
    Wide = 2,
    /// <summary>A stream of floats.</summary>
    Float = 3,
    /// <summary>A stream of texts or blobs.</summary>
    Text = 4,
    /// <summary>An integer stream of codes into the segment's dictionary of the column.</summary>
    Codes = 5,
    /// <summary>Three integer streams: months, days, microseconds.</summary>
    Interval = 6,
    /// <summary>Lengths, ends of vectors, and a block of the elements.</summary>
    List = 7,
    /// <summary>A block per field, of the same rows.</summary>
    Struct = 8,
    /// <summary>A block of the elements, a fixed number per row.</summary>
    Array = 9,
}
