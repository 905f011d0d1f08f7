using System.Buffers.Binary;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>What a message has; numbers of the format.</summary>
internal enum ArrowMessageKind : byte
{
    None = 0,
    Schema = 1,
    Dictionary = 2,
    Batch = 3,
}

/// <summary>Where a message of a file lies.</summary>
internal readonly record struct ArrowBlock(long Offset, int MetadataBytes, long BodyBytes);

/// <summary>A message with its body.</summary>
internal sealed class ArrowMessage(
    byte[] metadata, short version, ArrowMessageKind kind, NativeBuffer? body, long bodyLength) : IDisposable
{
    /// <summary>Version 5 by the number that the format has for it.</summary>
    private const short Version5 = 4;

    private NativeBuffer? _body = body;

    public byte[] Metadata => metadata;

    public ArrowMessageKind Kind => kind;

    /// <summary>True where unions have a validity of their own, as they had before version 5.</summary>
    public bool HasUnionValidity => version < Version5;

    /// <summary>True when the numbers in the body begin with their highest byte.</summary>
    public bool IsBigEndian { get; init; }

    public long BodyLength => bodyLength;

    /// <summary>Hands the body over; the taker releases it.</summary>
    public NativeBuffer TakeBody()
    {
        NativeBuffer taken = _body ?? throw Invariant.Unreachable("a body that was taken");
        _body = null;
        return taken;
    }

    public void Dispose() => _body?.Release();
}

/// <summary>
/// Messages of Arrow IPC.
/// <code>
///   message   FF FF FF FF, i32 length of the metadata, metadata (a FlatBuffer), body; old writers leave out the first
/// four   stream    schema message, dictionaries and batches, FF FF FF FF 00 00 00 00 or the end of the bytes
///   file      "ARROW1" 00 00, a stream, footer, i32 length of the footer, "ARROW1"
/// </code>
/// See apache/arrow <c>format/Message.fbs</c>, <c>format/File.fbs</c>.
/// </summary>
internal sealed class ArrowMessages(IInputFile file, SourceCounters counters) : IDisposable
{
    private const int MaxMetadataBytes = 256 << 20, BlockBytes = 24, MagicBytes = 8;

    private static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    private bool _isBigEndian;

    public string Path => file.Path;

    public long? Length => file.Length;

    /// <summary>Reads the footer of a file; false for a stream.</summary>
    public bool TryReadFooter(out ArrowField[] fields, out ArrowBlock[] batches, out ArrowBlock[] dictionaries)
    {
        fields = [];
        batches = dictionaries = [];
        if (file.Length is not { } length || length < 8) return false;
        Span<byte> start = stackalloc byte[6];
        if (file.Read(0, start) < 6 || !start.SequenceEqual(Magic)) return false;
        Span<byte> end = stackalloc byte[10];
        Check(length >= MagicBytes + 10 && file.Read(length - 10, end) == 10 && end[4..].SequenceEqual(Magic),
            "end of the file; it was cut off", length);
        int size = BinaryPrimitives.ReadInt32LittleEndian(end);
        Check(size > 0 && size <= Math.Min(length - 10 - MagicBytes, MaxMetadataBytes), "length of the footer",
            length - 10);
        byte[] footer = ReadExactly(length - 10 - size, size);
        FlatTable table = FlatTable.Root(footer, Path);
        fields = ArrowSchema.Read(table.Table(1), Path, out _isBigEndian);
        dictionaries = BlocksOf(table.Structs(2, BlockBytes), length);
        batches = BlocksOf(table.Structs(3, BlockBytes), length);
        return true;
    }

    /// <summary>Reads the schema that a stream begins with.</summary>
    public ArrowField[] ReadSchema(out long next)
    {
        next = 0;
        Check(TryReadNext(ref next, MemoryAccount.Untracked, out ArrowMessage? message), "stream without a schema", 0);
        using (message)
        {
            Check(message!.Kind == ArrowMessageKind.Schema, "stream without a schema", 0);
            return ArrowSchema.Read(FlatTable.Root(message.Metadata, Path).Table(2), Path, out _isBigEndian);
        }
    }

    /// <summary>The message of a block.</summary>
    public ArrowMessage ReadAt(ArrowBlock block, MemoryAccount account)
    {
        long position = block.Offset;
        Check(TryReadNext(ref position, account, out ArrowMessage? message), "block", block.Offset);
        return message!;
    }

    /// <summary>The number of rows of a block's batch, without its body.</summary>
    public long RowCountAt(ArrowBlock block)
    {
        long position = block.Offset;
        byte[]? metadata = ReadMetadata(ref position);
        Check(metadata is not null, "block", block.Offset);
        long rows = FlatTable.Root(metadata, Path).Table(2).Int64(0);
        Check(rows >= 0, "number of rows", block.Offset);
        return rows;
    }

    /// <summary>The message at a position, which moves behind it; false at the end of the stream.</summary>
    public bool TryReadNext(ref long position, MemoryAccount account, out ArrowMessage? message)
    {
        message = null;
        if (ReadMetadata(ref position) is not { } metadata) return false;
        FlatTable table = FlatTable.Root(metadata, Path);
        long bodyLength = table.Int64(3);
        long most = file.Length is { } length ? length - position : int.MaxValue;
        Check(bodyLength >= 0 && bodyLength <= most, "length of a body", position);
        NativeBuffer body = NativeBuffer.Allocate(Math.Max(bodyLength, 1), account);
        try
        {
            ReadBody(position, body, bodyLength);
            position += bodyLength;
            message = new ArrowMessage(metadata, table.Int16(0), (ArrowMessageKind)table.Byte(1), body, bodyLength)
            {
                IsBigEndian = _isBigEndian,
            };
            return true;
        }
        catch
        {
            body.Release();
            throw;
        }
    }

    public void Dispose() => file.Dispose();

    private unsafe void ReadBody(long position, NativeBuffer body, long length)
    {
        for (long done = 0; done < length;)
        {
            int wanted = (int)Math.Min(length - done, 1 << 30);
            int read = file.Read(position + done, new Span<byte>(body.Pointer + done, wanted));
            Check(read > 0, "body that ends early", position + done);
            counters.AddBytes(read);
            done += read;
        }
    }

    private byte[]? ReadMetadata(ref long position)
    {
        Span<byte> prefix = stackalloc byte[4];
        int read = file.Read(position, prefix);
        if (read == 0) return null;
        Check(read == 4, "message that ends early", position);
        position += 4;
        int size = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (size == -1)
        {
            Check(file.Read(position, prefix) == 4, "message that ends early", position);
            position += 4;
            size = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        }
        if (size == 0) return null;
        long most = file.Length is { } length ? length - position : MaxMetadataBytes;
        Check(size > 0 && size <= Math.Min(most, MaxMetadataBytes), "length of metadata", position);
        byte[] metadata = ReadExactly(position, size);
        position += size;
        counters.AddBytes(size);
        return metadata;
    }

    private byte[] ReadExactly(long position, int size)
    {
        byte[] bytes = new byte[size];
        Check(file.Read(position, bytes) == size, "metadata that ends early", position);
        return bytes;
    }

    private ArrowBlock[] BlocksOf(ReadOnlySpan<byte> structs, long length)
    {
        ArrowBlock[] blocks = new ArrowBlock[structs.Length / BlockBytes];
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<byte> block = structs[(i * BlockBytes)..];
            blocks[i] = new ArrowBlock(
                BinaryPrimitives.ReadInt64LittleEndian(block), BinaryPrimitives.ReadInt32LittleEndian(block[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(block[16..]));
            Check(blocks[i].Offset >= MagicBytes && blocks[i].Offset < length, "place of a block", length);
        }
        return blocks;
    }

    private void Check([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool holds, string what, long offset) =>
        CorruptDataException.ThrowUnless(holds, "Arrow " + what, Path, offset);
}
