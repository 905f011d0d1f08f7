using ColFrag.Engine.Encodings;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>What a thread brings along when it decodes blocks of a column.</summary>
internal sealed class BlockReadContext(TextHeap heap)
{
    /// <summary>Room for decoded text.</summary>
    public TextHeap Heap { get; } = heap;

    /// <summary>The dictionary that codes are delivered for: the segment's or a table-wide one.</summary>
    public VectorDictionary? Dictionary { get; set; }

    /// <summary>Entries of the segment's own dictionary, which the codes in the file are checked against.</summary>
    public int StoredCodeCount { get; set; }

    /// <summary>The code to deliver for each code in the file; null where they are the same.</summary>
    public CodeRemap? Remap { get; set; }
}
