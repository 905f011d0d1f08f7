using ColFrag.Engine.Bytes;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Reads encoded streams from a block in native memory. Headers are read through the checked <see cref="ByteReader"/>;
/// payloads that kernels walk are handed out as pointers after their length was checked. The block is padded, so that
/// kernels may load whole vectors past a payload's end.
/// </summary>
internal unsafe ref struct NodeReader
{
    /// <summary>The checked cursor; a field, since reading moves it.</summary>
    public ByteReader Bytes;

    private readonly byte* _start;

    /// <summary>Reads a block from its first byte.</summary>
    /// <param name="block">The bytes; kept alive by whoever keeps decoders.</param>
    /// <param name="length">How many bytes of it are the block.</param>
    /// <param name="vectorRows">Rows of a vector, from the file's header.</param>
    /// <param name="name">File and block, for errors.</param>
    /// <param name="fileOffset">Where the block begins in its file.</param>
    /// <param name="account">Pays for memory that decoders need.</param>
    public NodeReader(
        NativeBuffer block, int length, int vectorRows, string name, long fileOffset, MemoryAccount? account = null)
    {
        Account = account ?? MemoryAccount.Untracked;
        Bytes = new ByteReader(new ReadOnlySpan<byte>(block.Pointer, length), name, fileOffset);
        _start = block.Pointer;
        Block = block;
        VectorRows = vectorRows;
    }

    /// <summary>The buffer that decoders point into.</summary>
    public NativeBuffer Block { get; }

    /// <summary>Pays for memory that decoders need.</summary>
    public MemoryAccount Account { get; }

    /// <summary>Rows of a vector.</summary>
    public int VectorRows { get; }

    /// <summary>How many encodings this one lies in.</summary>
    public int Depth { get; private set; }

    /// <summary>Vectors of a number of rows.</summary>
    public readonly int VectorCount(int rows) => (rows + VectorRows - 1) / VectorRows;

    /// <summary>The address of the next bytes, which are passed over.</summary>
    public byte* ReadPointer(long count)
    {
        byte* at = _start + Bytes.Position;
        Bytes.ThrowUnless(count >= 0 && count <= Bytes.Remaining, "payload past the end of the block");
        Bytes.Skip((int)count);
        return at;
    }

    /// <summary>Steps into a nested stream.</summary>
    public void Enter()
    {
        Depth++;
        Bytes.ThrowUnless(Depth <= EncodingContext.MaxDepth, "encodings nested too deeply");
    }

    /// <summary>Steps out again.</summary>
    public void Leave() => Depth--;
}
