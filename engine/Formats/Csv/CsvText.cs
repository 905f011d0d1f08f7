using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// One file with its dialect and where its rows begin. A positional file is cut in pieces of bytes; a row belongs to
/// the piece in which it begins.
/// </summary>
internal sealed class CsvText : IDisposable
{
    private readonly CsvPieceMap? _pieces;

    public CsvText(
        TextInput input, CsvDialect dialect, long dataStart, long linesBefore, int pieceBytes, int maxLineBytes,
        string format = "CSV")
    {
        Format = format;
        Input = input;
        Dialect = dialect;
        DataStart = dataStart;
        MaxLineBytes = maxLineBytes;
        Lines = new CsvLines(this, linesBefore);
        if (!input.IsPositional || !dialect.IsCuttable) return;
        long length = input.File.Length!.Value - dataStart;
        _pieces = new CsvPieceMap(this, (int)Math.Max(1, (length + pieceBytes - 1) / pieceBytes), pieceBytes);
    }

    public TextInput Input { get; }

    /// <summary>What the lines are, for messages.</summary>
    public string Format { get; }

    public CsvDialect Dialect { get; }

    /// <summary>Offset of the first row's first byte, behind marks, skipped lines and the header.</summary>
    public long DataStart { get; }

    /// <summary>The longest row.</summary>
    public int MaxLineBytes { get; }

    /// <summary>Tells line numbers.</summary>
    public CsvLines Lines { get; }

    /// <summary>Number of pieces.</summary>
    public int PieceCount => _pieces?.Count ?? 1;

    /// <summary>The state of the text where a piece begins; may index everything before it.</summary>
    public PieceStart StartOf(int piece, bool countsLines, CancellationToken cancellationToken)
    {
        if (_pieces is null) return new PieceStart((int)CsvState.RowStart, -1);
        CsvState state = _pieces.Resolve(piece, cancellationToken);
        return new PieceStart((int)state, countsLines ? Lines.CountTo(_pieces.StartOf(piece)) : -1);
    }

    /// <summary>Says the state of the text where a piece begins.</summary>
    /// <exception cref="CorruptDataException">There is no such state.</exception>
    public void AssumeStart(int piece, PieceStart start)
    {
        CsvState state = (CsvState)start.State;
        if (!Enum.IsDefined(state)) throw new CorruptDataException("state of the text", Input.Path, 0);
        if (_pieces is null) return;
        _pieces.Assume(piece, state);
        if (start.Lines >= 0) Lines.Assume(_pieces.StartOf(piece), start.Lines);
    }

    /// <summary>What reading a piece looks at: the byte before it, and its last row to the end.</summary>
    public FileBytes BytesOf(int piece, int behind)
    {
        if (_pieces is null) return AllBytes();
        long first = _pieces.StartOf(piece) - (piece == 0 ? 0 : 1);
        long length = _pieces.StartOf(piece + 1) + behind - first;
        return FileBytes.Within(Input.Path, first, length, Input.File.Length!.Value);
    }

    /// <summary>The whole file.</summary>
    public FileBytes AllBytes() => new(Input.Path, 0, Input.File.Length ?? 0);

    /// <summary>What loads the blocks of a piece.</summary>
    public ICsvBlockLoader OpenPiece(int piece) => _pieces is not null
        ? new CsvPieceLoader(this, _pieces, piece)
        : new CsvStreamLoader(this);

    /// <summary>Room for one more part of a row that is longer than what was read so far.</summary>
    public int GrowFor(CsvBlock block, int bytes, int rowStart)
    {
        long rowLength = block.Length - rowStart;
        if (rowLength > MaxLineBytes)
        {
            long line = Lines.LineAt(block.FileOffset + rowStart, block);
            throw new QueryException(
                SqlStates.BadCopyFileFormat,
                $"{Format}: the row is longer than {MaxLineBytes:N0} bytes: {Input.Path} line {line}",
                hint: (Dialect.Quote < 0
                    ? ""
                    : "A quote may have been opened and not closed there: quote = '' takes quotes as text. ") +
                    "Rows that are really so long need max_line_size.");
        }
        return (int)Math.Min(Math.Max(bytes, rowLength), int.MaxValue / 2 - block.Length);
    }

    public void Dispose() => Input.Dispose();
}

/// <summary>Fills blocks with text and its index.</summary>
internal interface ICsvBlockLoader : IDisposable
{
    /// <summary>Loads the next block; false when there is none.</summary>
    bool Load(CsvBlock block);
}
