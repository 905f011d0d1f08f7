using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>A C stream that was moved here. It is released once, whatever happens, by whom it ends.</summary>
internal sealed unsafe class ImportedStream : IDisposable
{
    private readonly Lock _lock = new();
    private CArrowStream* _stream;

    /// <summary>Takes a stream over and asks it for its columns.</summary>
    /// <exception cref="QueryException">It fails, or has a type that cannot be read; it is released then.</exception>
    public ImportedStream(CArrowStream* stream)
    {
        bool isLive = stream is not null && stream->Release is not null;
        CorruptDataException.ThrowUnless(isLive, "Arrow stream that was released", SchemaImport.Source, 0);
        _stream = (CArrowStream*)NativeMemory.Alloc((nuint)sizeof(CArrowStream));
        *_stream = *stream!;
        stream->Release = null;
        CArrowSchema schema = default;
        try
        {
            ThrowIfFailed(_stream->GetSchema(_stream, &schema));
            Fields = SchemaImport.Read(&schema);
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            if (schema.Release is not null) schema.Release(&schema);
        }
    }

    ~ImportedStream() => Release();

    /// <summary>The columns.</summary>
    public ArrowField[] Fields { get; } = [];

    /// <summary>The next rows; null after the last, and after the stream was released.</summary>
    public ImportedBatch? Next()
    {
        lock (_lock)
        {
            if (_stream is null) return null;
            CArrowArray array = default;
            ThrowIfFailed(_stream->GetNext(_stream, &array));
            return array.Release is null ? null : ArrayImport.Take(&array, Fields);
        }
    }

    public void Dispose()
    {
        lock (_lock) Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (_stream is null) return;
        CArrowStream* stream = _stream;
        _stream = null;
        stream->Release(stream);
        NativeMemory.Free(stream);
    }

    private void ThrowIfFailed(int error)
    {
        if (error == 0) return;
        string text = SchemaImport.Text(_stream->GetLastError is null ? null : _stream->GetLastError(_stream));
        throw new QueryException(
            SqlStates.ExternalRoutineException,
            $"Arrow stream failed: {(text.Length > 0 ? text : $"error {error}")}");
    }
}
