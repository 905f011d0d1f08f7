using System.Text;
using ColFrag.Engine.Formats.Json;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Variants;

/// <summary>Puts VARIANTs together from their columns, as JSON. For one thread.</summary>
internal sealed unsafe class VariantReader(VariantShape shape, VariantPlace place, MemoryAccount account)
{
    private readonly TextOutput _output = new();
    private readonly JsonOutput _json = new();

    /// <summary>Fills a vector of JSON from one of the group's columns.</summary>
    public void Read(ColumnVector stored, ColumnVector target, int count)
    {
        _output.Clear();
        int[] ends = new int[count];
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        for (int row = 0; row < count; row++)
        {
            if (stored.IsValid(row)) AppendWhole(stored, row);
            else target.SetNull(row, count);
            ends[row] = _output.Length;
        }
        NativeBuffer heap = NativeBuffer.Allocate(Math.Max(_output.Length, 1), account);
        _output.Written.Span.CopyTo(new Span<byte>(heap.Pointer, _output.Length));
        Utf8View* views = (Utf8View*)target.Data;
        for (int row = 0, start = 0; row < count; start = ends[row++])
            views[row] = new Utf8View(heap.Pointer + start, ends[row] - start);
        target.KeepAlive(heap);
        heap.Release();
    }

    private void AppendWhole(ColumnVector stored, int row)
    {
        ColumnVector metadata = stored.Children[shape.Metadata];
        place.ThrowUnless(metadata.IsValid(row), "no metadata");
        Append(shape, stored, row, VariantMetadata.Read(metadata.GetUtf8(row).Span, place));
    }

    private void Append(VariantShape current, ColumnVector group, int row, VariantMetadata names)
    {
        ColumnVector? typed = ColumnOf(group, current.Typed, row), value = ColumnOf(group, current.Value, row);
        if (typed is null)
        {
            // Neither is there: only the element of a list or a whole value comes here so, and reads as null.
            if (value is null) _output.Append("null"u8);
            else new VariantText(_output, names, place).Append(value.GetUtf8(row).Span);
            return;
        }
        if (!current.Fields.IsEmpty)
        {
            AppendObject(current, typed, value, row, names);
            return;
        }
        place.ThrowUnless(value is null, "two values of one");
        if (current.Element is not null) AppendList(current.Element, typed, row, names);
        else if (current.IsMoment) AppendMoment(typed, row);
        else _json.Append(_output, typed, row);
    }

    private void AppendMoment(ColumnVector nanoseconds, int row) => JsonOutput.AppendText(
        _output, Encoding.UTF8.GetBytes(ValueText.FormatTimestamp(nanoseconds.GetInteger(row), "+00")));

    private void AppendList(VariantShape element, ColumnVector list, int row, VariantMetadata names)
    {
        ListView view = ((ListView*)list.Data)[row];
        _output.Append((byte)'[');
        for (int i = 0; i < view.Length; i++)
        {
            if (i > 0) _output.Append((byte)',');
            Append(element, list.Children[0], view.Offset + i, names);
        }
        _output.Append((byte)']');
    }

    /// <summary>The fields with columns and those in the bytes beside them, all by their names.</summary>
    private void AppendObject(
        VariantShape current, ColumnVector columns, ColumnVector? value, int row, VariantMetadata names)
    {
        VariantFields others = value is null ? default
            : VariantText.FieldsOf(value.GetUtf8(row).Span, names, place);
        int other = 0;
        bool isFirst = true;
        foreach (VariantShape.Field field in current.Fields)
        {
            for (; other < others.Count; other++)
            {
                int order = others.NameOf(other).SequenceCompareTo(field.Name);
                if (order > 0) break;
                // A column wins over bytes of the same name, which should not be there.
                if (order < 0) AppendOther(others, other, names, ref isFirst);
            }
            ColumnVector group = columns.Children[field.Column];
            bool isThere = ColumnOf(group, field.Shape.Typed, row) is not null ||
                ColumnOf(group, field.Shape.Value, row) is not null;
            if (!isThere) continue;
            AppendName(field.Name, ref isFirst);
            Append(field.Shape, group, row, names);
        }
        for (; other < others.Count; other++) AppendOther(others, other, names, ref isFirst);
        _output.Append(isFirst ? "{}"u8 : "}"u8);
    }

    private void AppendOther(VariantFields others, int field, VariantMetadata names, ref bool isFirst)
    {
        AppendName(others.NameOf(field), ref isFirst);
        new VariantText(_output, names, place).Append(others.ValueOf(field));
    }

    private void AppendName(ReadOnlySpan<byte> name, ref bool isFirst)
    {
        _output.Append((byte)(isFirst ? '{' : ','));
        isFirst = false;
        JsonOutput.AppendText(_output, name);
        _output.Append((byte)':');
    }

    private static ColumnVector? ColumnOf(ColumnVector group, int column, int row) =>
        column >= 0 && group.Children[column].IsValid(row) ? group.Children[column] : null;
}
