using System.Buffers;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Encodes a text column. Blocks are held back as codes while a dictionary of the segment promises to pay, since codes
/// are final only when all texts are known and sorted; when it does not, they are written as texts after all.
/// </summary>
internal sealed unsafe class TextColumnWriter : ColumnWriter
{
    /// <summary>Dictionaries of more entries cost more to open than they save.</summary>
    private const int MaxEntries = 1 << 18;

    /// <summary>Up to here a dictionary is taken without comparing sizes: queries on codes are worth it.</summary>
    private const int SmallEntries = 4096;

    private const long MaxDictionaryBytes = 64L << 20;
    private const int JudgeAfterRows = 32_768;

    private readonly MemoryAccount _account;
    private readonly SegmentDictionaryBuilder _builder;
    private readonly List<HeldBlock> _held = [];
    private long _rowCount;
    private long _textBytes;
    private bool _isPlain;

    /// <summary>Begins a column.</summary>
    public TextColumnWriter(
        IFileSystem files, string folder, StoredColumn column, SegmentOptions options, MemoryAccount account)
        : base(files, folder, column, options)
    {
        _account = account;
        _builder = new SegmentDictionaryBuilder(account, Collector);
    }

    /// <inheritdoc/>
    public override void AddBlock(SegmentStage stage, int column)
    {
        if (_isPlain || !stage.TryGetCodes(column, out StagedCodes rows))
        {
            base.AddBlock(stage, column);
            return;
        }
        HeldBlock held = Hold(rows.Validity, rows.Count);
        Judge(held, _builder.Add(rows, (uint*)held.Codes.Pointer));
    }

    /// <inheritdoc/>
    public override void AddBlock(ColumnVector rows, int count)
    {
        if (_isPlain)
        {
            base.AddBlock(rows, count);
            return;
        }
        HeldBlock held = Hold(rows.Validity, count);
        Judge(held, _builder.Add((Utf8View*)rows.Data, rows.Validity, count, (uint*)held.Codes.Pointer));
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        if (!_isPlain && _held.Count > 0)
        {
            if (_builder.Count == 0 || DictionaryPays()) WriteHeldAsCodes();
            else WriteHeldAsTexts();
        }
        base.Finish();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (HeldBlock held in _held) held.Codes.Release();
        _held.Clear();
        _builder.Dispose();
        base.Dispose(disposing);
    }

    private HeldBlock Hold(ulong* validity, int count)
    {
        ulong[]? words = validity is null ? null : new ReadOnlySpan<ulong>(validity, Bitmap.WordCount(count)).ToArray();
        HeldBlock held = new(count, NativeBuffer.Allocate((long)count * sizeof(uint), _account), words);
        _held.Add(held);
        return held;
    }

    /// <summary>Counts a block that has its codes, and gives the dictionary up where it is not worth it.</summary>
    private void Judge(HeldBlock held, long textBytes)
    {
        held.RawBytes = textBytes + (held.Count * 4L);
        _rowCount += held.Count;
        _textBytes += textBytes;
        bool isHopeless = _builder.Count > MaxEntries || _builder.TextBytes > MaxDictionaryBytes ||
            (_rowCount >= JudgeAfterRows && _builder.Count > _rowCount * 3 / 4);
        if (isHopeless) WriteHeldAsTexts();
    }

    /// <summary>
    /// Compares the bytes of codes and dictionary with those of texts, as far as the first block tells.
    /// </summary>
    private bool DictionaryPays()
    {
        if (_builder.Count <= SmallEntries && _builder.Count < _rowCount / 2) return true;
        // Every text is written once: that is less work than writing all.
        if (Context.IsFast) return _builder.Count < _rowCount / 4;
        HeldBlock first = _held[0];
        Utf8View[] views = LookUp(first);
        fixed (Utf8View* texts = views)
        {
            TextStatistics statistics = new(texts, first.Count, Context.VectorRows);
            double ratio = statistics.TotalBytes < 4096 ? 1 : Math.Min(1, statistics.FsstRatio);
            double asTexts = (_textBytes * ratio) + _rowCount;
            double asCodes = (_builder.TextBytes * ratio) + _builder.Count +
                (_rowCount * BitPacking.BitsFor((ulong)_builder.Count) / 8.0);
            return asCodes < asTexts * 1.1;
        }
    }

    private void WriteHeldAsTexts()
    {
        _isPlain = true;
        foreach (HeldBlock held in _held)
        {
            Utf8View[] views = LookUp(held);
            fixed (Utf8View* texts = views)
            fixed (ulong* validity = held.Validity)
            {
                using ColumnVector rows = new(Column.Field.Type);
                rows.ResetBorrowed(VectorShape.Flat, rows.Type.Physical, (byte*)texts, validity, held.Count);
                base.AddBlock(rows, held.Count);
            }
            held.Codes.Release();
        }
        _held.Clear();
    }

    private void WriteHeldAsCodes()
    {
        (Utf8View[] sorted, int[] ranks) = _builder.Sort();
        ulong[] keys = [.. sorted.Select(t => ZoneKey.OfText(t.Span))];
        using ByteWriter bytes = new(1 << 16);
        foreach (HeldBlock held in _held)
        {
            bytes.Clear();
            BlockFacts facts = WriteCodes(held, ranks, keys, bytes);
            Blocks.Add((Output.Append(bytes.WrittenSpan), facts));
            held.Codes.Release();
        }
        _held.Clear();
        if (sorted.Length == 0) return;
        bytes.Clear();
        fixed (Utf8View* texts = sorted)
        {
            EncodingChooser.WriteTexts(new TextStatistics(texts, sorted.Length, Context.VectorRows), Context, bytes);
        }
        Dictionary = (Output.Append(bytes.WrittenSpan), sorted.Length);
    }

    private BlockFacts WriteCodes(HeldBlock held, int[] ranks, ulong[] keys, ByteWriter target)
    {
        fixed (ulong* validity = held.Validity)
        {
            if (validity is not null && Bitmap.IsEmpty(validity, held.Count))
            {
                using ColumnVector nothing = new(Column.Field.Type);
                nothing.ResetBorrowed(VectorShape.Flat, nothing.Type.Physical, null, validity, held.Count);
                return BlockEncoder.Encode(nothing, held.Count, Context, target);
            }
            uint* codes = (uint*)held.Codes.Pointer;
            long[] rented = ArrayPool<long>.Shared.Rent(held.Count);
            Span<long> final = rented.AsSpan(0, held.Count);
            long filler = -1;
            if (validity is null) LookUp(ranks, codes, final);
            for (int i = 0; i < final.Length && validity is not null; i++)
            {
                if (!Bitmap.IsSet(validity, i))
                {
                    final[i] = filler;
                    continue;
                }
                // NULLs before the first text take its code.
                if (filler < 0) final[..i].Fill(ranks[codes[i]]);
                filler = final[i] = ranks[codes[i]];
            }
            BlockFacts facts = BlockEncoder.EncodeCodes(
                final, held.Count, validity, keys, held.RawBytes, Context, target, Collector);
            ArrayPool<long>.Shared.Return(rented);
            return facts;
        }
    }

    private static void LookUp(int[] ranks, uint* codes, Span<long> target)
    {
        fixed (int* rank = ranks)
        fixed (long* to = target)
        {
            for (int i = 0; i < target.Length; i++) to[i] = rank[codes[i]];
        }
    }

    private Utf8View[] LookUp(HeldBlock held)
    {
        uint* codes = (uint*)held.Codes.Pointer;
        Utf8View[] views = new Utf8View[held.Count];
        for (int i = 0; i < views.Length; i++)
        {
            bool isNull = held.Validity is not null && (held.Validity[i >> 6] >> i & 1) == 0;
            views[i] = isNull ? default : _builder[(int)codes[i]];
        }
        return views;
    }

    /// <summary>A block as codes in order of arrival.</summary>
    private sealed class HeldBlock(int count, NativeBuffer codes, ulong[]? validity)
    {
        public int Count { get; } = count;

        public NativeBuffer Codes { get; } = codes;

        public ulong[]? Validity { get; } = validity;

        public long RawBytes { get; set; }
    }
}
