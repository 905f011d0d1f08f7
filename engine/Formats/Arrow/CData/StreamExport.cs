using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>Where exported batches come from; it ends with its stream.</summary>
internal interface IBatchFeed : IAsyncDisposable
{
    Schema Schema { get; }

    /// <summary>The next rows, good until the call after, or null after the last.</summary>
    ValueTask<Batch?> ReadAsync();
}

/// <summary>
/// A result as a C stream. The callbacks run in the caller's thread, which waits for rows as it would for a file; no
/// exception crosses over: an error is a number of errno and a text.
/// </summary>
internal sealed unsafe class StreamExport
{
    private const int InputOutputError = 5, OutOfMemory = 12, InvalidArgument = 22, Canceled = 125;

    private readonly IBatchFeed _feed;
    private readonly ArrowField[] _columns;
    private byte* _lastError;

    private StreamExport(IBatchFeed feed)
    {
        _feed = feed;
        _columns = [.. feed.Schema.Fields.Select(VectorArrays.FieldOf)];
    }

    /// <summary>Fills in a stream, which owns the feed from then on.</summary>
    public static void Export(IBatchFeed feed, CArrowStream* target)
    {
        StreamExport export = new(feed);
        *target = new CArrowStream
        {
            GetSchema = &GetSchema,
            GetNext = &GetNext,
            GetLastError = &GetLastError,
            Release = &Release,
            PrivateData = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(export)),
        };
    }

    private static StreamExport Of(CArrowStream* stream) =>
        (StreamExport)GCHandle.FromIntPtr((nint)stream->PrivateData).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSchema(CArrowStream* stream, CArrowSchema* target)
    {
        StreamExport export = Of(stream);
        try
        {
            *target = default;
            SchemaExport.Export(export._columns, target);
            return export.Succeed();
        }
        catch (Exception error)
        {
            return export.Fail(error);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetNext(CArrowStream* stream, CArrowArray* target)
    {
        StreamExport export = Of(stream);
        try
        {
            *target = default;
            Batch? batch;
            do
            {
                batch = export._feed.ReadAsync().AsTask().GetAwaiter().GetResult();
            }
            while (batch is { Count: 0 });
            if (batch is not null) ArrayExport.Export(batch, export._columns, target);
            return export.Succeed();
        }
        catch (Exception error)
        {
            return export.Fail(error);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetLastError(CArrowStream* stream) => Of(stream)._lastError;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(CArrowStream* stream)
    {
        if (stream->Release is null) return;
        GCHandle handle = GCHandle.FromIntPtr((nint)stream->PrivateData);
        StreamExport export = (StreamExport)handle.Target!;
        stream->Release = null;
        handle.Free();
        export.Succeed();
        try
        {
            export._feed.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (ColFragException)
        {
            // A statement that fails while it is stopped has nobody left to tell.
        }
    }

    private int Succeed()
    {
        NativeMemory.Free(_lastError);
        _lastError = null;
        return 0;
    }

    private int Fail(Exception error)
    {
        Succeed();
        byte[] text = Encoding.UTF8.GetBytes(error.Message + "\0");
        _lastError = (byte*)NativeMemory.Alloc((nuint)text.Length);
        text.CopyTo(new Span<byte>(_lastError, text.Length));
        return error switch
        {
            OperationCanceledException => Canceled,
            OutOfMemoryException => OutOfMemory,
            StorageException or ClusterException => InputOutputError,
            _ => InvalidArgument,
        };
    }
}
