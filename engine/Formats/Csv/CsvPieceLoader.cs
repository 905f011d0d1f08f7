using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>Loads one piece of a positional file: the rows that begin in it, the last one to its end.</summary>
internal sealed unsafe class CsvPieceLoader(CsvText text, CsvPieceMap pieces, int piece) : ICsvBlockLoader
{
    /// <summary>How much is read at once behind the piece to find the end of its last row.</summary>
    private const int ExtensionBytes = 64 << 10;

    private bool _isLoaded;

    public bool Load(CsvBlock block)
    {
        if (_isLoaded) return false;
        _isLoaded = true;
        CsvState start = LoadAndIndex(block, out CsvState end);
        int pieceEnd = block.Length;
        block.FirstRow = start == CsvState.RowStart ? 0 : 1;
        bool isLast = piece == pieces.Count - 1;
        if (isLast)
        {
            block.EndLastRow(end);
            block.EndRow = block.Index.RowCount;
        }
        else
        {
            // The last row begins behind the last line end, which may be the last byte.
            bool hasOpenRow = end != CsvState.RowStart && block.Index.RowCount >= block.FirstRow;
            block.EndRow = block.Index.RowCount + (hasOpenRow ? 1 : 0);
            if (hasOpenRow) Extend(block, end, pieceEnd);
        }
        return block.EndRow > block.FirstRow;
    }

    public void Dispose()
    {
    }

    /// <summary>Reads a piece, and the byte before it, and indexes it from a state.</summary>
    public static void IndexPiece(
        CsvText text, CsvPieceMap pieces, int piece, CsvBlock block, CsvState start, out CsvState end)
    {
        if (block.Length == 0) Read(text, pieces, piece, block);
        int first = FirstByte(piece);
        block.Index.Begin(first, (block.Length - first) / 8);
        end = CsvIndexer.Run(block.Data, first, block.Length, start, text.Dialect, block.Index);
    }

    private CsvState LoadAndIndex(CsvBlock block, out CsvState end)
    {
        pieces.Claim(piece);
        try
        {
            Read(text, pieces, piece, block);
            CsvState guess = Guess(block);
            IndexPiece(text, pieces, piece, block, guess, out end);
            pieces.Publish(piece, guess, end);
            CsvState start = pieces.Resolve(piece, CancellationToken.None);
            if (start == guess) return start;
            IndexPiece(text, pieces, piece, block, start, out end);
            pieces.Publish(piece, start, end);
            return start;
        }
        catch
        {
            pieces.Abandon(piece);
            throw;
        }
    }

    // The byte before a piece tells what most texts are like there: outside of quotes.
    private CsvState Guess(CsvBlock block)
    {
        if (piece == 0) return CsvState.RowStart;
        byte before = block.Data[0];
        if (before == text.Dialect.NewLine) return CsvState.RowStart;
        return before == text.Dialect.LastDelimiterByte ? CsvState.FieldStart : CsvState.Unquoted;
    }

    private static int FirstByte(int piece) => piece == 0 ? 0 : 1;

    private static void Read(CsvText text, CsvPieceMap pieces, int piece, CsvBlock block)
    {
        long start = pieces.StartOf(piece) - FirstByte(piece);
        int length = (int)(pieces.StartOf(piece + 1) - start);
        block.Reserve(length + ExtensionBytes, 0, 0);
        block.FileOffset = start;
        block.Length = text.Input.Read(start, block.Free[..length]);
        if (block.Length < length)
        {
            throw new StorageException("The file became shorter while it was read", text.Input.Path);
        }
    }

    private void Extend(CsvBlock block, CsvState state, int pieceEnd)
    {
        int wantedRows = block.Index.RowCount + 1;
        int rowStart = block.Index.RowCount == 0 ? FirstByte(piece) : block.RowEnd(block.Index.RowCount - 1) + 1;
        int extension = ExtensionBytes;
        while (block.Index.RowCount < wantedRows)
        {
            if (block.Free.Length < extension) block.Reserve(block.Length + extension, 0, block.Length);
            int read = text.Input.Read(block.FileOffset + block.Length, block.Free[..extension]);
            int from = block.Length;
            block.Length += read;
            state = CsvIndexer.Run(block.Data, from, block.Length, state, text.Dialect, block.Index);
            if (read < extension && block.Index.RowCount < wantedRows)
            {
                block.EndLastRow(state);
                return;
            }
            extension = text.GrowFor(block, ExtensionBytes, rowStart);
        }
        // Rows behind the piece belong to the next one.
        Invariant.Holds(block.RowStart(wantedRows - 1) <= pieceEnd);
    }
}
