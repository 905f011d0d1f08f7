namespace ColFrag.Engine.Functions.Text;

/// <summary>What became of a text that should be an interval.</summary>
internal enum IntervalReading
{
    /// <summary>It is one.</summary>
    Read,

    /// <summary>It is none.</summary>
    Malformed,

    /// <summary>A field has more than its unit holds.</summary>
    FieldOverflow,

    /// <summary>The fields together are more than an interval holds.</summary>
    Overflow,
}
