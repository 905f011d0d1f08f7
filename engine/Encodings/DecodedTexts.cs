using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// All texts of a stream decoded into memory of their own: the values of a dictionary. Vectors point into it without
/// counting, so the memory goes with the last of them, by the finalizers of the buffers.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Disposing would pull the memory away from vectors that use it.")]
internal sealed unsafe class DecodedTexts
{
    private readonly ColumnVector _vector;

    /// <summary>Decodes a stream.</summary>
    public DecodedTexts(TextDecoder texts, LogicalType? type = null, MemoryAccount? account = null)
    {
        _vector = new ColumnVector(type ?? LogicalType.Varchar, account);
        _vector.ResetFlat(Math.Max(1, texts.Count));
        using TextHeap heap = new(account ?? MemoryAccount.Untracked);
        heap.Begin(_vector);
        texts.Decode(0, texts.Count, null, (Utf8View*)_vector.Data, heap);
        _vector.Count = texts.Count;
    }

    /// <summary>The texts in order.</summary>
    public Utf8View* Views => (Utf8View*)_vector.Data;

    /// <summary>The texts as a vector.</summary>
    public ColumnVector Vector => _vector;

    /// <summary>True when every text is above the one before.</summary>
    public bool AreSorted
    {
        get
        {
            for (int i = 1; i < _vector.Count; i++)
            {
                if (Views[i - 1].CompareTo(Views[i]) >= 0) return false;
            }
            return true;
        }
    }

    /// <summary>Lets a vector that shares the texts keep their bytes.</summary>
    public void Keep(TextHeap heap) => heap.KeepFrom(_vector);
}
