using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Takes the rows of an UPDATE or DELETE, each behind the id of the row that it replaces or removes. A row that a join
/// met twice counts once.
/// </summary>
/// <param name="writer">Takes the new rows of an UPDATE; null for DELETE.</param>
/// <param name="changed">Takes the row ids.</param>
/// <param name="checks">Names of the constraints of the columns behind.</param>
/// <param name="returned">Collects the rows for RETURNING; null for none.</param>
internal sealed class RowIdSink(
    TableWriter? writer, RowSet changed, IReadOnlyList<string> checks, List<Value[]>? returned)
    : ChangeSink(writer, checks, returned)
{
    protected override int FirstColumn => 1;

    protected override bool Choose(Batch batch, RowMask added)
    {
        RowMask mask = batch.BeginMask();
        for (int row = 0; row < batch.Count; row++)
        {
            if (mask[row] && !changed.TryAdd((long)batch.Columns[0].GetInteger(row))) mask[row] = false;
        }
        return false;
    }
}
