using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>
/// Reads texts as SQL's casts do, for types that formats of text have no parser of their own for: lists, structs, maps,
/// intervals. Whoever opens a source gives it, since casts are functions.
/// </summary>
internal interface ITextConversions
{
    /// <summary>The conversion to a type, for one thread; null where text is not cast to it.</summary>
    ITextConversion? Find(LogicalType type, MemoryAccount account);
}

/// <summary>Texts as values of one type.</summary>
internal interface ITextConversion : IDisposable
{
    /// <summary>Converts the first texts of a vector. What cannot be read comes as NULL.</summary>
    void Convert(ColumnVector texts, int count, ColumnVector target);
}
