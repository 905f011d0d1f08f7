using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ColFrag.Engine.Formats.Arrow.CData;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>
/// Another library of the process: schemas, arrays and streams with buffers of just the bytes they need, which counts
/// how often each is released. For one test at a time.
/// </summary>
sealed unsafe class ForeignArrow : IDisposable
{
    private readonly List<nint> _blocks = [];
    private readonly GCHandle _self;
    private readonly Queue<nint> _next = new();
    private nint _schema;
    private byte* _error;

    public ForeignArrow() => _self = GCHandle.Alloc(this);

    /// <summary>How often a top-level schema, array or stream was released.</summary>
    public int SchemasReleased { get; private set; }

    public int ArraysReleased { get; private set; }

    public int StreamsReleased { get; private set; }

    /// <summary>Arrays after which the stream fails; -1 for none.</summary>
    public int FailsAfter { get; init; } = -1;

    public CArrowSchema* Schema(string format, string name = "", params CArrowSchema*[] children)
    {
        CArrowSchema* schema = (CArrowSchema*)Allocate(sizeof(CArrowSchema));
        *schema = new CArrowSchema
        {
            Format = Text(format), Name = Text(name), Flags = CArrowSchema.Nullable, ChildCount = children.Length,
            Children = (CArrowSchema**)Pointers(children.Length, i => children[i]), Release = &ReleaseSchema,
            PrivateData = (void*)GCHandle.ToIntPtr(_self),
        };
        return schema;
    }

    public CArrowArray* Array(long length, long nulls, byte[]?[] buffers, params CArrowArray*[] children)
    {
        CArrowArray* array = (CArrowArray*)Allocate(sizeof(CArrowArray));
        *array = new CArrowArray
        {
            Length = length, NullCount = nulls, BufferCount = buffers.Length, ChildCount = children.Length,
            Buffers = Pointers(buffers.Length, i => Bytes(buffers[i])),
            Children = (CArrowArray**)Pointers(children.Length, i => children[i]), Release = &ReleaseArray,
            PrivateData = (void*)GCHandle.ToIntPtr(_self),
        };
        return array;
    }

    /// <summary>A stream of the schema and arrays.</summary>
    public CArrowStream* Stream(CArrowSchema* schema, params CArrowArray*[] arrays)
    {
        _schema = (nint)schema;
        foreach (CArrowArray* array in arrays) _next.Enqueue((nint)array);
        CArrowStream* stream = (CArrowStream*)Allocate(sizeof(CArrowStream));
        *stream = new CArrowStream
        {
            GetSchema = &GetSchema, GetNext = &GetNext, GetLastError = &GetLastError, Release = &ReleaseStream,
            PrivateData = (void*)GCHandle.ToIntPtr(_self),
        };
        return stream;
    }

    public static byte[] Of<T>(params ReadOnlySpan<T> values) where T : unmanaged =>
        MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>The first byte of a buffer.</summary>
    public void* Allocate(int bytes)
    {
        void* block = NativeMemory.AllocZeroed((nuint)Math.Max(bytes, 1));
        _blocks.Add((nint)block);
        return block;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks) NativeMemory.Free((void*)block);
        _self.Free();
    }

    private static ForeignArrow Of(void* data) => (ForeignArrow)GCHandle.FromIntPtr((nint)data).Target!;

    private delegate void* Pointer(int index);

    private void** Pointers(int count, Pointer of)
    {
        void** pointers = (void**)Allocate(count * sizeof(void*));
        for (int i = 0; i < count; i++) pointers[i] = of(i);
        return pointers;
    }

    private byte* Text(string text) => (byte*)Bytes(Encoding.UTF8.GetBytes(text + "\0"));

    private void* Bytes(byte[]? bytes)
    {
        if (bytes is null) return null;
        void* block = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(block, bytes.Length));
        return block;
    }

    // Structures within others keep their Release: only the outermost one is counted and frees nothing by itself.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseSchema(CArrowSchema* schema)
    {
        Of(schema->PrivateData).SchemasReleased++;
        schema->Release = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseArray(CArrowArray* array)
    {
        Of(array->PrivateData).ArraysReleased++;
        array->Release = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseStream(CArrowStream* stream)
    {
        Of(stream->PrivateData).StreamsReleased++;
        stream->Release = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSchema(CArrowStream* stream, CArrowSchema* target)
    {
        *target = *(CArrowSchema*)Of(stream->PrivateData)._schema;
        return 0;
    }

    private int _given;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetNext(CArrowStream* stream, CArrowArray* target)
    {
        ForeignArrow self = Of(stream->PrivateData);
        if (self._given++ == self.FailsAfter)
        {
            self._error = self.Text("the disk is on fire");
            return 5;
        }
        *target = self._next.TryDequeue(out nint array) ? *(CArrowArray*)array : default;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetLastError(CArrowStream* stream) => Of(stream->PrivateData)._error;
}
