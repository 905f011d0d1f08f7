using ColFrag.Engine.Formats.Arrow.CData;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine;

/// <summary>
/// Results for other libraries of this process, by Arrow's C data interface: any Arrow library imports them. Numbers,
/// dates and lists are handed over where they lie; texts, BOOLEAN and DECIMAL of up to 18 digits are copied.
/// </summary>
/// <remarks>Addresses are those of structures of the caller, which he releases as the interface says.</remarks>
public static class ArrowExports
{
    /// <summary>
    /// Makes the rest of a result a stream. The result belongs to it from then on: releasing the stream, also before
    /// its end, stops the statement. Arrays that were taken from it live on, until they are released themselves.
    /// </summary>
    /// <param name="result">The result; not to be used any more.</param>
    /// <param name="stream">The address of an <c>ArrowArrayStream</c> to fill in.</param>
    /// <example><code>
    /// QueryResult result = await connection.ExecuteAsync("SELECT * FROM trips");
    /// result.ExportArrowStream((nint)stream);
    /// </code></example>
    public static unsafe void ExportArrowStream(this QueryResult result, nint stream)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentOutOfRangeException.ThrowIfZero(stream);
        StreamExport.Export(new Feed(result), (CArrowStream*)stream);
    }

    /// <summary>Describes columns as a struct of them.</summary>
    /// <param name="schema">The columns of a result.</param>
    /// <param name="target">The address of an <c>ArrowSchema</c> to fill in.</param>
    public static unsafe void ExportArrow(this Schema schema, nint target)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfZero(target);
        SchemaExport.Export([.. schema.Fields.Select(VectorArrays.FieldOf)], (CArrowSchema*)target);
    }

    /// <summary>Hands out the rows of a batch, which stay good after the batch, as a struct of the columns.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="schema">The columns of their result.</param>
    /// <param name="target">The address of an <c>ArrowArray</c> to fill in.</param>
    public static unsafe void ExportArrow(this ResultBatch batch, Schema schema, nint target)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfZero(target);
        ArrayExport.Export(batch.Batch, [.. schema.Fields.Select(VectorArrays.FieldOf)], (CArrowArray*)target);
    }

    private sealed class Feed(QueryResult result) : IBatchFeed
    {
        public Schema Schema => result.Schema;

        public async ValueTask<Batch?> ReadAsync() => (await result.ReadAsync())?.Batch;

        public ValueTask DisposeAsync() => result.DisposeAsync();
    }
}
