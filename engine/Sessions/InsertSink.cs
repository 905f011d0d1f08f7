using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>Takes the rows of an INSERT: nothing stands in front of the table's columns.</summary>
internal sealed class InsertSink(TableWriter writer, IReadOnlyList<string> checks, List<Value[]>? returned)
    : ChangeSink(writer, checks, returned)
{
    protected override int FirstColumn => 0;

    protected override bool Choose(Batch batch, RowMask added) => false;
}
