using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Parquet.Variants;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// A column of structs, lists, maps or VARIANTs. Each leaf in it gives the slots of the wanted rows; the levels of a
/// leaf say, for everything on its path, where it begins and whether it is there:
/// <code>
///   a slot begins an instance of a node where  repetition &lt;= repetition level of the list around the node
///                                        and  definition >= definition level of an element's place in that list
///   the instance is NULL where                definition &lt; definition level of the node
/// </code>
/// Source of the levels: Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets" (VLDB 2010), section 4.
/// </summary>
internal sealed class ParquetNestedReader(
    ParquetNode node, ImmutableArray<ParquetSlots> leaves, string file, MemoryAccount account) : ParquetColumnReader
{
    private readonly Dictionary<ParquetNode, VariantReader> _variants = new(ReferenceEqualityComparer.Instance);

    public override void Read(ColumnVector target, int rows)
    {
        foreach (ParquetSlots leaf in leaves) leaf.ReadRows(rows, file);
        Assemble(node, target, 0, 0, rows);
    }

    public override void Skip(long rows)
    {
        for (long left = rows; left > 0; left -= Batch.MaxRows)
        {
            foreach (ParquetSlots leaf in leaves) leaf.SkipRows((int)Math.Min(left, Batch.MaxRows), file);
        }
    }

    public override void ExpectEnd()
    {
        foreach (ParquetSlots leaf in leaves) leaf.ExpectEnd(file);
    }

    public override void Dispose()
    {
        foreach (ParquetSlots leaf in leaves) leaf.Dispose();
    }

    /// <summary>Fills a vector with the instances of a node, of which there are so many.</summary>
    private void Assemble(ParquetNode current, ColumnVector target, int repetition, int place, int count)
    {
        ParquetSlots slots = SlotsOf(current.FirstLeaf);
        if (current.Leaf is not null)
        {
            int values = slots.Fill(target, repetition, place, count);
            CorruptDataException.ThrowUnless(values == count, Mismatch(current), file, 0);
            return;
        }
        if (current.Variant is not null)
        {
            using ColumnVector stored = new(current.Children[0].Type, account);
            Assemble(current.Children[0], stored, repetition, place, count);
            VariantOf(current).Read(stored, target, count);
            return;
        }
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        int found = slots.MarkNulls(target, repetition, place, current.Definition, count);
        CorruptDataException.ThrowUnless(found == count, Mismatch(current), file, 0);
        if (current.Type.Kind == TypeKind.Struct)
        {
            for (int i = 0; i < current.Children.Length; i++)
                Assemble(current.Children[i], target.Children[i], repetition, place, count);
            return;
        }
        int elements = slots.FillLists(target, repetition, place, current, count);
        Assemble(current.Children[0], target.Children[0], current.ElementRepetition, current.ElementDefinition,
            elements);
    }

    private VariantReader VariantOf(ParquetNode current)
    {
        if (_variants.TryGetValue(current, out VariantReader? reader)) return reader;
        reader = new VariantReader(current.Variant!, new VariantPlace(current.Name, file), account);
        _variants.Add(current, reader);
        return reader;
    }

    private ParquetSlots SlotsOf(ParquetLeaf leaf)
    {
        foreach (ParquetSlots slots in leaves)
        {
            if (ReferenceEquals(slots.Leaf, leaf)) return slots;
        }
        throw Invariant.Unreachable("leaf without slots");
    }

    private static string Mismatch(ParquetNode node) => $"Parquet levels of the columns in {node.Name} do not agree";
}
