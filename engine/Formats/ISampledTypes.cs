using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>Files that do not say the types of their columns: a sample of each shows what it would need.</summary>
internal interface ISampledTypes
{
    /// <summary>
    /// The type that the file would give a column whose type another file gave; null where it would give none.
    /// </summary>
    LogicalType? SampledType(int column);
}
