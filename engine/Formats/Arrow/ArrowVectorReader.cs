using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>
/// Rows of arrays as vectors. Elements that lie as ours do are pointed at and kept alive; others are converted.
/// Everything that an array says about itself is held against its buffers first.
/// </summary>
internal sealed unsafe class ArrowVectorReader(ArrowBatch batch, ArrowDictionaries dictionaries, string source)
{
    /// <summary>Reads rows of an array into a vector.</summary>
    public void Read(ArrowArray array, long start, int count, ColumnVector target)
    {
        start += array.Offset;
        Check(start >= array.Offset && start + count <= array.Length, "range of rows");
        if (array.Field.DictionaryId is { } id && array.Buffers.Length == 2 && array.Children.Length == 0)
        {
            ReadCodes(array, dictionaries.Find(id, source), start, count, target);
            return;
        }
        switch (array.Field.Kind)
        {
            case ArrowKind.Null:
                target.SetAllNull(count);
                return;
            case ArrowKind.RunEndEncoded:
                ReadRuns(array, start, count, target);
                return;
            case ArrowKind.Union:
                ReadUnion(array, start, count, target);
                return;
            case ArrowKind.Struct:
                target.ResetFlat(Math.Max(count, 1));
                target.Count = count;
                for (int i = 0; i < array.Children.Length; i++) Read(
                    array.Children[i], start, count, target.Children[i]);
                break;
            case ArrowKind.List or ArrowKind.Map or ArrowKind.LargeList:
                ReadLists(array, start, count, target);
                break;
            case ArrowKind.ListView or ArrowKind.LargeListView:
                ReadListViews(array, start, count, target);
                break;
            case ArrowKind.FixedList:
                target.ResetFlat(Math.Max(count, 1));
                target.Count = count;
                int width = array.Field.Width;
                Check((long)count * width <= int.MaxValue, "length of a list");
                Read(array.Children[0], start * width, count * width, target.Children[0]);
                break;
            case ArrowKind.Utf8 or ArrowKind.Binary or ArrowKind.LargeUtf8 or ArrowKind.LargeBinary:
                ReadBytes(array, start, count, target);
                break;
            case ArrowKind.Utf8View or ArrowKind.BinaryView:
                ReadViews(array, start, count, target);
                break;
            default:
                ReadFixed(array, start, count, target);
                break;
        }
        ReadValidity(array, start, count, target);
    }

    private void ReadValidity(ArrowArray array, long start, int count, ColumnVector target)
    {
        if (array.NullCount == 0 || array.Buffers.Length == 0 || array.Buffers[0].Length == 0) return;
        Check(array.Buffers[0].Length >= (array.Length + 7) / 8, "length of validity");
        CopyBits(array.Buffers[0].Pointer, start, count, target.BeginValidity(Math.Max(count, 1)));
    }

    private static void CopyBits(byte* source, long start, int count, ulong* target)
    {
        int shift = (int)(start & 7);
        byte* from = source + (start >> 3), end = source + ((start + count + 7) >> 3);
        byte* to = (byte*)target;
        for (int i = 0; i < (count + 7) >> 3; i++)
        {
            int low = from[i] >> shift;
            int high = shift > 0 && from + i + 1 < end ? from[i + 1] << (8 - shift) : 0;
            to[i] = (byte)(low | high);
        }
    }

    private byte* Elements(ArrowArray array, int buffer, long start, int count, int width)
    {
        Check(array.Buffers[buffer].Length >= array.Length * width, "length of values");
        _ = count;
        return array.Buffers[buffer].Pointer + (start * width);
    }

    private void Borrow(ArrowBuffer buffer, byte* elements, int count, ColumnVector target)
    {
        long bytes = (long)count * target.Type.Physical.SizeBytes();
        if (!IsReadable(buffer, elements + bytes))
        {
            Begin(target, count);
            Buffer.MemoryCopy(elements, target.Data, bytes, bytes);
            return;
        }
        target.ResetBorrowed(VectorShape.Flat, target.Type.Physical, elements, null, count);
        KeepAlive(target);
    }

    /// <summary>True when as many bytes as kernels may touch can be read after an end.</summary>
    private bool IsReadable(ArrowBuffer buffer, byte* end) =>
        !batch.IsCopied &&
        (batch.IsPadded || buffer.Pointer + buffer.Length - end >= NativeBuffer.PaddingBytes);

    private void KeepAlive(ColumnVector target)
    {
        if (batch.IsCopied) return;
        foreach (NativeBuffer owner in batch.Owners) target.KeepAlive(owner);
    }

    private void ReadFixed(ArrowArray array, long start, int count, ColumnVector target)
    {
        ArrowField field = array.Field;
        if (field.Kind == ArrowKind.Bool)
        {
            Check(array.Buffers[1].Length >= (array.Length + 7) / 8, "length of values");
            Begin(target, count);
            byte* bits = array.Buffers[1].Pointer;
            for (int i = 0; i < count; i++) target.Data[i] =
                (byte)(bits[(start + i) >> 3] >> (int)((start + i) & 7) & 1);
            return;
        }
        int width = ArrowConversions.WidthOf(field);
        byte* elements = Elements(array, 1, start, count, width);
        if (ArrowConversions.IsCopy(field))
        {
            Borrow(array.Buffers[1], elements, count, target);
            return;
        }
        Begin(target, count);
        if (field.Kind == ArrowKind.FixedBinary && target.Type.Kind == TypeKind.Blob)
        {
            elements = Texts(array.Buffers[1], elements, (long)count * width, target);
            for (int i = 0; i < count; i++) ((Utf8View*)target.Data)[i] =
                new Utf8View(elements + ((long)i * width), width);
            return;
        }
        if (target.Type.Kind == TypeKind.Varchar)
        {
            ArrowWideDecimals.Write(field, elements, count, target);
            return;
        }
        if (!ArrowConversions.TryConvert(field, elements, count, target.Data))
            RefuseWhatDoesNotFit(array, start, count, elements);
    }

    // Elements of NULL rows are undefined and may be out of any range.
    private void RefuseWhatDoesNotFit(ArrowArray array, long start, int count, byte* elements)
    {
        byte* one = stackalloc byte[16];
        int width = ArrowConversions.WidthOf(array.Field);
        for (int i = 0; i < count; i++)
        {
            if (!IsValid(array, start + i)) continue;
            if (ArrowConversions.TryConvert(array.Field, elements + ((long)i * width), 1, one)) continue;
            throw new QueryException(
                array.Field.Kind == ArrowKind.Decimal ? SqlStates.NumericOutOfRange : SqlStates.DatetimeOverflow,
                $"Arrow: a value of column {array.Field.Name} is beyond the range of {array.Field.Type}: {source}",
                hint: "Write the column in another unit, or as text.");
        }
    }

    private static void Begin(ColumnVector target, int count)
    {
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
    }

    private long OffsetAt(ArrowArray array, long index)
    {
        bool isLarge = ArrowLayout.IsLarge(array.Field.Kind);
        byte* offsets = array.Buffers[1].Pointer;
        return isLarge ? Unsafe.ReadUnaligned<long>(offsets + (index * 8))
            : Unsafe.ReadUnaligned<int>(offsets + (index * 4));
    }

    private void CheckOffsets(ArrowArray array, int extra)
    {
        int width = ArrowLayout.IsLarge(array.Field.Kind) ? 8 : 4;
        // An array without rows may leave out its only offset.
        Check(array.Length == 0 || array.Buffers[1].Length >= (array.Length + extra) * width, "length of offsets");
    }

    private void ReadBytes(ArrowArray array, long start, int count, ColumnVector target)
    {
        CheckOffsets(array, 1);
        Begin(target, count);
        if (count == 0) return;
        byte* data = array.Buffers[2].Pointer;
        long length = array.Buffers[2].Length;
        bool isText = array.Field.Kind is ArrowKind.Utf8 or ArrowKind.LargeUtf8;
        long first = OffsetAt(array, start), from = first, last = OffsetAt(array, start + count);
        Check(first >= 0 && last >= first && last <= length, "offset of a text");
        data = Texts(array.Buffers[2], data + first, last - first, target) - first;
        for (int i = 0; i < count; i++)
        {
            long to = OffsetAt(array, start + i + 1);
            Check(to >= from && to <= last && to - from <= int.MaxValue, "offset of a text");
            // A text that began within a character would end the one before within it.
            Check(!isText || to == from || (data[from] & 0xC0) != 0x80, "text that is not UTF-8");
            ((Utf8View*)target.Data)[i] = new Utf8View(data + from, (int)(to - from));
            from = to;
        }
        Check(!isText || IsUtf8(data + first, from - first), "text that is not UTF-8");
    }

    private static bool IsUtf8(byte* text, long length) =>
        length <= int.MaxValue && System.Text.Unicode.Utf8.IsValid(new ReadOnlySpan<byte>(text, (int)length));

    /// <summary>Where texts can be pointed at: as they lie and kept alive, or copied.</summary>
    private byte* Texts(ArrowBuffer buffer, byte* start, long length, ColumnVector target)
    {
        if (IsReadable(buffer, start + length))
        {
            KeepAlive(target);
            return start;
        }
        NativeBuffer copy = NativeBuffer.Allocate(Math.Max(length, 1), MemoryAccount.Untracked);
        Buffer.MemoryCopy(start, copy.Pointer, length, length);
        target.KeepAlive(copy);
        copy.Release();
        return copy.Pointer;
    }

    private void ReadViews(ArrowArray array, long start, int count, ColumnVector target)
    {
        byte* views = Elements(array, 1, start, count, 16);
        Begin(target, count);
        KeepAlive(target);
        using Arena copies = new(MemoryAccount.Untracked);
        bool isText = array.Field.Kind == ArrowKind.Utf8View;
        for (int i = 0; i < count; i++, views += 16)
        {
            ((Utf8View*)target.Data)[i] = default;
            if (!IsValid(array, start + i)) continue;
            int length = Unsafe.ReadUnaligned<int>(views);
            Check(length >= 0, "length of a view");
            byte* text = views + 4;
            ArrowBuffer within = array.Buffers[1];
            if (length > 12)
            {
                int buffer = Unsafe.ReadUnaligned<int>(views + 8), offset = Unsafe.ReadUnaligned<int>(views + 12);
                Check(buffer >= 0 && buffer < array.Buffers.Length - 2 && offset >= 0, "place of a view");
                within = array.Buffers[buffer + 2];
                Check(offset <= within.Length - length, "place of a view");
                text = within.Pointer + offset;
            }
            if (!IsReadable(within, text + length)) text = copies.Copy(new ReadOnlySpan<byte>(text, length));
            Check(!isText || IsUtf8(text, length), "text that is not UTF-8");
            ((Utf8View*)target.Data)[i] = new Utf8View(text, length);
        }
        foreach (NativeBuffer block in copies.Blocks) target.KeepAlive(block);
    }

    private static bool IsValid(ArrowArray array, long row) =>
        array.NullCount == 0 || array.Buffers[0].Length == 0 || (row >> 3) >= array.Buffers[0].Length ||
        (array.Buffers[0].Pointer[row >> 3] >> (int)(row & 7) & 1) != 0;

    private void ReadLists(ArrowArray array, long start, int count, ColumnVector target)
    {
        CheckOffsets(array, 1);
        Begin(target, count);
        long first = count == 0 ? 0 : OffsetAt(array, start), from = first;
        for (int i = 0; i < count; i++)
        {
            long to = OffsetAt(array, start + i + 1);
            Check(from >= 0 && to >= from && to - first <= int.MaxValue, "offset of a list");
            ((ListView*)target.Data)[i] = new ListView((int)(from - first), (int)(to - from));
            from = to;
        }
        Read(array.Children[0], first, (int)(from - first), target.Children[0]);
    }

    private void ReadListViews(ArrowArray array, long start, int count, ColumnVector target)
    {
        CheckOffsets(array, 0);
        bool isLarge = array.Field.Kind == ArrowKind.LargeListView;
        Check(array.Buffers[2].Length >= array.Length * (isLarge ? 8 : 4), "length of sizes");
        Begin(target, count);
        byte* sizes = array.Buffers[2].Pointer;
        long least = long.MaxValue, most = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < count; i++)
            {
                long row = start + i;
                long size = isLarge ? Unsafe.ReadUnaligned<long>(sizes + (row * 8))
                    : Unsafe.ReadUnaligned<int>(sizes + (row * 4));
                bool isEmpty = size == 0 || !IsValid(array, row);
                long offset = isEmpty ? 0 : OffsetAt(array, row);
                long elements = array.Children[0].Length - array.Children[0].Offset;
                Check(isEmpty || (offset >= 0 && size > 0 && offset <= elements - size), "place of a list");
                if (pass > 0)
                {
                    ((ListView*)target.Data)[i] = isEmpty ? default : new ListView((int)(offset - least), (int)size);
                }
                else if (!isEmpty)
                {
                    least = Math.Min(least, offset);
                    most = Math.Max(most, offset + size);
                }
            }
            if (least > most) least = most = 0;
        }
        Read(array.Children[0], least, (int)(most - least), target.Children[0]);
    }

    private void ReadCodes(ArrowArray array, VectorDictionary dictionary, long start, int count, ColumnVector target)
    {
        int width = array.Field.IndexBits / 8;
        byte* codes = Elements(array, 1, start, count, width);
        int[] rows = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (!IsValid(array, start + i)) continue;
            ulong code = width switch
            {
                1 => codes[i], 2 => ((ushort*)codes)[i], 4 => ((uint*)codes)[i], _ => ((ulong*)codes)[i],
            };
            Check(code < (ulong)dictionary.Count, "code of a dictionary");
            rows[i] = (int)code;
        }
        bool hasNulls = array.NullCount > 0 && array.Buffers[0].Length > 0;
        if (dictionary.Count == 0)
        {
            target.SetAllNull(count);
            return;
        }
        if (dictionary.Values.HasNulls || dictionary.Values.Type.IsNested)
        {
            ArrowGather.Gather(dictionary.Values, rows, target);
            for (int i = 0; hasNulls && i < count; i++)
            {
                if (!IsValid(array, start + i)) target.SetNull(i, Math.Max(count, 1));
            }
            return;
        }
        target.ResetDictionary(PhysicalType.UInt32, dictionary, Math.Max(count, 1));
        target.Count = count;
        rows.AsSpan().CopyTo(new Span<int>(target.Data, count));
        ReadValidity(array, start, count, target);
    }

    private void ReadRuns(ArrowArray array, long start, int count, ColumnVector target)
    {
        ArrowArray ends = array.Children[0], values = array.Children[1];
        int width = ends.Field.Width / 8;
        byte* pointer = Elements(ends, 1, ends.Offset, (int)ends.Length, width);
        long runs = ends.Length - ends.Offset, valueCount = values.Length - values.Offset;
        Check(ends.NullCount == 0 && valueCount >= runs && valueCount <= int.MaxValue, "runs");
        using ColumnVector all = new(target.Type);
        Read(values, 0, (int)valueCount, all);
        using ColumnVector flat = new(target.Type);
        all.Flatten(flat);
        int[] rows = new int[count];
        int run = 0;
        for (int i = 0; i < count; i++)
        {
            while (run < runs && EndAt(run) <= start + i) run++;
            Check(run < runs, "runs that end early");
            rows[i] = run;
        }
        ArrowGather.Gather(flat, rows, target);

        long EndAt(int index) => width switch
        {
            2 => ((short*)pointer)[index], 4 => ((int*)pointer)[index], _ => ((long*)pointer)[index],
        };
    }

    // A struct with a member for each type: of a row, one has a value at most.
    private void ReadUnion(ArrowArray array, long start, int count, ColumnVector target)
    {
        ArrowField field = array.Field;
        bool isDense = field.Unit == 1;
        Check(array.Buffers[0].Length >= array.Length, "length of type codes");
        Check(!isDense || array.Buffers[1].Length >= array.Length * sizeof(int), "length of offsets");
        byte* codes = array.Buffers[0].Pointer + start;
        int* offsets = isDense ? (int*)array.Buffers[1].Pointer + start : null;
        Begin(target, count);
        int[] rows = new int[count];
        for (int member = 0; member < array.Children.Length; member++)
        {
            int code = member < field.UnionCodes.Length ? field.UnionCodes[member] : member;
            ArrowArray child = array.Children[member];
            long least = isDense ? long.MaxValue : start, most = isDense ? -1 : start + count - 1;
            for (int i = 0; isDense && i < count; i++)
            {
                if (codes[i] != code) continue;
                long row = Unsafe.ReadUnaligned<int>((byte*)(offsets + i));
                least = Math.Min(least, row);
                most = Math.Max(most, row);
            }
            if (most < 0 || child.Field.Kind == ArrowKind.Null)
            {
                target.Children[member].SetAllNull(count);
                continue;
            }
            Check(least >= 0 && most < child.Length, "place in a union");
            using ColumnVector all = new(child.Field.Type);
            Read(child, least, (int)(most - least + 1), all);
            for (int i = 0; i < count; i++)
            {
                rows[i] = codes[i] != code ? 0
                    : isDense ? (int)(Unsafe.ReadUnaligned<int>((byte*)(offsets + i)) - least) : i;
            }
            ArrowGather.Gather(all, rows, target.Children[member]);
            for (int i = 0; i < count; i++)
            {
                if (codes[i] != code) target.Children[member].SetNull(i, Math.Max(count, 1));
            }
        }
    }

    private void Check(bool holds, string what) => CorruptDataException.ThrowUnless(holds, "Arrow " + what, source, 0);
}
