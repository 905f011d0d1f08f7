
namespace ColFrag.Engine.Encodings;

/// <summary>
/// Where the bytes of each vector begin in a heap of texts.
/// <code>
///   bytes    field
///   V x 4    end of each of the V vectors in the heap; they ascend, the last is the heap's length
///   ...      the heap
/// </code>
/// </summary>
internal sealed unsafe class VectorOffsets
{
    private readonly uint[] _ends;

    private VectorOffsets(byte* heap, uint[] ends)
    {
        Heap = heap;
        _ends = ends;
    }

    /// <summary>The bytes.</summary>
    public byte* Heap { get; }

    /// <summary>Bytes of the index.</summary>
    public long IndexBytes => _ends.Length * 4L;

    /// <summary>Reads the ends and checks that the heap is there.</summary>
    public static VectorOffsets Read(ref NodeReader source, int count)
    {
        uint[] ends = source.Bytes.ReadUInt32s(source.VectorCount(count)).ToArray();
        uint previous = 0;
        foreach (uint end in ends)
        {
            source.Bytes.ThrowUnless(end >= previous, "end of a vector's texts");
            previous = end;
        }
        return new VectorOffsets(source.ReadPointer(previous), ends);
    }

    /// <summary>Where a vector's bytes begin.</summary>
    public uint Start(int vector) => vector == 0 ? 0 : _ends[vector - 1];

    /// <summary>Where a vector's bytes end.</summary>
    public uint End(int vector) => _ends[vector];
}
