using System.Text.Json;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>Delivers the values of one piece as rows: an object's fields are columns.</summary>
internal sealed unsafe class JsonPieceReader : IPieceReader
{
    /// <summary>How deep values may nest.</summary>
    public const int MaxDepth = 64;

    private const int MaxShownBytes = 1000;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = MaxDepth };

    private readonly JsonFile _file;
    private readonly ICsvBlockLoader _loader;
    private readonly CsvBlock _block;
    private readonly JsonBuilder?[] _fieldBuilders;
    private readonly JsonBuilder[] _columns;
    private readonly JsonRecord _record;
    private int _nextRow;

    public JsonPieceReader(
        JsonFile file, ICsvBlockLoader loader, ReadOnlySpan<int> columns, ITextConversions? conversions,
        MemoryAccount account)
    {
        _file = file;
        _loader = loader;
        _block = new CsvBlock(account);
        _record = new JsonRecord(new Arena(account));
        _fieldBuilders = new JsonBuilder?[file.Schema.Count];
        _columns = new JsonBuilder[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            _columns[i] = _fieldBuilders[columns[i]] ??=
                JsonBuilder.Create(file.Schema[columns[i]].Type, account, conversions);
        }
    }

    /// <inheritdoc/>
    public bool Read(Batch target, CancellationToken cancellationToken)
    {
        target.Reset();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The vectors let go of what they point at, so that it can be used again.
            foreach (ColumnVector column in target.Columns) LetGo(column);
            if (_nextRow >= _block.EndRow)
            {
                if (!_loader.Load(_block)) return false;
                _nextRow = _block.FirstRow;
            }
            _record.Arena.Reset();
            _record.Block = _block.Buffer;
            foreach (JsonBuilder column in _columns) column.Begin();
            int count = 0;
            for (; _nextRow < _block.EndRow && count < Batch.MaxRows; _nextRow++)
            {
                if (TryAddRow(_nextRow, count)) count++;
            }
            _file.Counters.AddRows(count, count);
            if (count == 0) continue;
            for (int i = 0; i < _columns.Length; i++) _columns[i].Fill(target.Columns[i], _record);
            target.Count = count;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loader.Dispose();
        _block.Dispose();
        _record.Arena.Dispose();
        foreach (JsonBuilder column in _columns) column.Dispose();
    }

    private bool TryAddRow(int row, int count)
    {
        ReadOnlySpan<byte> text = TextOf(row);
        if (text.IsEmpty) return false;
        _record.Begin();
        string? failure;
        try
        {
            failure = TryParse(text, count) ? null : _record.Failure ?? "malformed";
        }
        catch (JsonException error)
        {
            failure = error.Message;
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to half of a surrogate pair in an escape.
            failure = "text is not valid Unicode";
        }
        if (failure is null) return true;
        foreach (JsonBuilder? builder in _fieldBuilders) builder?.Truncate(count);
        Reject(row, text, failure);
        return false;
    }

    private bool TryParse(ReadOnlySpan<byte> text, int count)
    {
        if (!System.Text.Unicode.Utf8.IsValid(text)) throw new JsonException("text is not UTF-8");
        Utf8JsonReader reader = new(text, s_options);
        reader.Read();
        if (!_file.HasObjects)
        {
            if (_fieldBuilders[0] is { } only)
            {
                _record.Column = _file.Schema[0].Name;
                if (!only.TryAppend(ref reader, _record)) return false;
            }
            else
            {
                reader.Skip();
            }
            reader.Read();
            return true;
        }
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("an object is expected");
        int expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int field = _file.Names.Find(ref reader, expected);
            if (field < 0) _file.ReportUnknown(ref reader);
            reader.Read();
            JsonBuilder? builder = field < 0 ? null : _fieldBuilders[field];
            if (field >= 0) expected = field + 1;
            // Of equal keys the first counts.
            if (builder is null || builder.Count > count)
            {
                if (builder is not null) _file.ReportRepeated(_file.Schema[field].Name);
                reader.Skip();
                continue;
            }
            _record.Column = _file.Schema[field].Name;
            if (!builder.TryAppend(ref reader, _record)) return false;
        }
        foreach (JsonBuilder? builder in _fieldBuilders)
        {
            if (builder is not null && builder.Count == count) builder.AppendNull();
        }
        // Anything behind the object is an error.
        reader.Read();
        return true;
    }

    private ReadOnlySpan<byte> TextOf(int row)
    {
        int last = _block.Index.RowEnds[row];
        int start = _block.Index.Ends[last - 1] + 1, end = _block.Index.Ends[last];
        return new ReadOnlySpan<byte>(_block.Data + start, end - start).Trim(" \t\r\n"u8);
    }

    private void Reject(int row, ReadOnlySpan<byte> text, string failure)
    {
        _file.Counters.AddRows(1, 0);
        long offset = _block.FileOffset + _block.Index.Ends[_block.Index.RowEnds[row] - 1] + 1;
        bool isCut = text.Length > MaxShownBytes;
        string raw = System.Text.Encoding.UTF8.GetString(isCut ? text[..MaxShownBytes] : text) + (isCut ? "…" : "");
        _file.Reject(offset, _block, _record.Column, failure, raw);
    }

    private static void LetGo(ColumnVector vector)
    {
        vector.ResetFlat(1);
        foreach (ColumnVector child in vector.Children) LetGo(child);
    }
}
