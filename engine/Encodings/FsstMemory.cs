using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// The symbol table of a column's last block: texts of the next block are mostly of the same kind, and training costs
/// more than trying. For one thread at a time.
/// </summary>
internal sealed unsafe class FsstMemory
{
    /// <summary>A table may do this much worse than it did when trained before another one is.</summary>
    private const double Tolerance = 1.03;

    private FsstTable? _table;
    private double _trainedRatio;

    /// <summary>A table for texts, and the compressed bytes per byte of a sample.</summary>
    public (FsstTable Table, double Ratio) Find(Utf8View* texts, int count)
    {
        if (_table is not null)
        {
            double ratio = FsstTrainer.Measure(_table, texts, count);
            if (ratio <= _trainedRatio * Tolerance) return (_table, ratio);
        }
        (_table, _trainedRatio) = FsstTrainer.Train(texts, count);
        return (_table, _trainedRatio);
    }
}
