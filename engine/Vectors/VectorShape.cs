namespace ColFrag.Engine.Vectors;

/// <summary>How a vector holds its values.</summary>
internal enum VectorShape : byte
{
    /// <summary>An element of the type's physical form per row.</summary>
    Flat,

    /// <summary>One element for all rows, at index 0.</summary>
    Constant,

    /// <summary>
    /// A code per row (UInt8, UInt16 or UInt32 lane) into <see cref="ColumnVector.Dictionary"/>. Rows without a value
    /// have any code in range.
    /// </summary>
    Dictionary,

    /// <summary>
    /// An unsigned lane (UInt8, UInt16, UInt32; UInt64 for types of 128 bits) narrower than the type's integer form:
    /// <c>value[i] = Base + lane[i]</c>. Only for integer-like types (integers, DECIMAL, DATE, times).
    /// </summary>
    Narrow,
}
