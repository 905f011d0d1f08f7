using System.Collections.Immutable;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Store;

/// <summary>Batches from values, and back.</summary>
internal static class StoreRows
{
    /// <summary>A batch of rows, each with a value per column. Not for nested types.</summary>
    public static Batch Batch(Schema schema, params Value[][] rows)
    {
        Batch batch = new(schema) { Count = rows.Length };
        for (int c = 0; c < schema.Count; c++)
        {
            Arena arena = new(MemoryAccount.Untracked);
            ColumnVector column = batch.Columns[c];
            column.ResetFlat();
            column.Count = rows.Length;
            for (int r = 0; r < rows.Length; r++) column.SetValue(r, rows[r][c], arena);
            foreach (NativeBuffer block in arena.Blocks) column.KeepAlive(block);
            arena.Dispose();
        }
        return batch;
    }

    /// <summary>A batch of one BIGINT column.</summary>
    public static Batch Numbers(params IEnumerable<long> numbers) => Batch(
        new Schema(new Field("n", LogicalType.BigInt)), [.. numbers.Select(n => new[] { Value.BigInt(n) })]);

    /// <summary>The selected rows of a batch.</summary>
    public static ImmutableArray<ImmutableArray<Value>> Values(Batch batch)
    {
        ImmutableArray<ImmutableArray<Value>>.Builder rows = ImmutableArray.CreateBuilder<ImmutableArray<Value>>();
        for (int r = 0; r < batch.Count; r++)
        {
            if (batch.IsMasked && !batch.Mask[r]) continue;
            rows.Add([.. batch.Columns.Select(c => c.GetValue(r))]);
        }
        return rows.ToImmutable();
    }
}
