using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>Types without a parser of their own: the fields are read as text and cast.</summary>
internal sealed class CsvConvertedReader : CsvColumnReader
{
    private readonly CsvTextReader _reader;
    private readonly ITextConversion _conversion;
    private readonly ColumnVector _texts;

    /// <param name="column">The column; its type is that of the values.</param>
    /// <param name="dialect">How fields are quoted.</param>
    /// <param name="index">The number of the column in the file.</param>
    /// <param name="conversion">What makes values of texts; disposed of with this.</param>
    /// <param name="account">Pays for a batch of texts.</param>
    public CsvConvertedReader(
        CsvColumn column, CsvDialect dialect, int index, ITextConversion conversion, MemoryAccount account)
        : base(column, dialect, index)
    {
        _reader = new CsvTextReader(column with { Type = LogicalType.Varchar }, dialect, index);
        _conversion = conversion;
        _texts = new ColumnVector(LogicalType.Varchar, account);
    }

    public override void Read(in CsvFields fields, ColumnVector target, CsvTextHeap heap, List<CsvFailure> failures)
    {
        int before = failures.Count;
        _reader.Read(fields, _texts, heap, failures);
        // A field that is no text is no value either, and is reported once.
        for (int i = before; i < failures.Count; i++) _texts.SetNull(failures[i].Row, _texts.Count);
        _conversion.Convert(_texts, _texts.Count, target);
        for (int row = 0; row < _texts.Count; row++)
        {
            if (_texts.IsValid(row) && !target.IsValid(row))
                failures.Add(new CsvFailure(row, ColumnIndex, CsvFailureKind.NotOfType));
        }
    }

    public override void LetGo() => _texts.ResetFlat(1);

    public override void Dispose()
    {
        _texts.Dispose();
        _conversion.Dispose();
    }
}
