using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>Fields of C structures.</summary>
internal static unsafe class SchemaImport
{
    /// <summary>What errors name as the place.</summary>
    public const string Source = "Arrow C data interface";

    private const int MaxDepth = 64;
    private const int MaxChildren = 1 << 16;
    private const int MaxTextBytes = 1 << 20;

    /// <summary>The columns of a schema, which is left as it is; dictionaries get numbers in order.</summary>
    /// <exception cref="QueryException">0A000: a type cannot be read.</exception>
    /// <exception cref="CorruptDataException">The structure contradicts itself.</exception>
    public static ArrowField[] Read(CArrowSchema* schema)
    {
        Check(schema is not null && schema->Release is not null, "schema that was released");
        long dictionaries = 0;
        ArrowField root = ReadField(schema, 0, ref dictionaries);
        if (root.Kind != ArrowKind.Struct || root.DictionaryId is not null)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, "Arrow: rows of a table are a struct of its columns",
                hint: "Export a record batch or a stream of them, not a single array.");
        }
        return root.Children;
    }

    private static ArrowField ReadField(CArrowSchema* schema, int depth, ref long dictionaries)
    {
        Check(depth < MaxDepth, "depth of the schema");
        string format = Text(schema->Format);
        ArrowField field = new(Text(schema->Name), ArrowKind.None)
        {
            IsNullable = (schema->Flags & CArrowSchema.Nullable) != 0, Type = LogicalType.Null,
            Extension = ExtensionOf(schema->Metadata),
        };
        if (schema->Dictionary is not null)
        {
            ArrowField? codes = FormatText.Read(field, format);
            Check(codes is { Kind: ArrowKind.Int }, "type of codes");
            long id = dictionaries++;
            ArrowField values = ReadField(schema->Dictionary, depth + 1, ref dictionaries);
            return values with
            {
                Name = field.Name, IsNullable = field.IsNullable, DictionaryId = id, IndexBits = codes!.Width,
            };
        }
        Check(schema->ChildCount is >= 0 and <= MaxChildren, "number of children");
        ArrowField[] children = new ArrowField[schema->ChildCount];
        for (int i = 0; i < children.Length; i++)
            children[i] = ReadField(schema->Children[i], depth + 1, ref dictionaries);
        ArrowField? read = FormatText.Read(field with { Children = children }, format);
        if (read is null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Arrow: column {field.Name} has a type that is not known: {format}");
        }
        ArrowSchema.CheckChildren(read, Source);
        return read with { Type = ArrowTypes.Read(read, Source) };
    }

    /// <summary>A text that ends with a zero; none is empty.</summary>
    public static string Text(byte* text)
    {
        if (text is null) return "";
        int length = 0;
        while (text[length] != 0)
        {
            length++;
            Check(length < MaxTextBytes, "length of a text");
        }
        return Encoding.UTF8.GetString(text, length);
    }

    private static string? ExtensionOf(byte* metadata)
    {
        if (metadata is null) return null;
        int count = ReadInt32(ref metadata);
        for (int i = 0; i < count; i++)
        {
            string key = ReadText(ref metadata), value = ReadText(ref metadata);
            if (key == ArrowSchema.ExtensionKey) return value;
        }
        return null;
    }

    private static string ReadText(ref byte* from)
    {
        int length = ReadInt32(ref from);
        Check(length is >= 0 and < MaxTextBytes, "length of metadata");
        string text = Encoding.UTF8.GetString(from, length);
        from += length;
        return text;
    }

    private static int ReadInt32(ref byte* from)
    {
        int value = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<int>(from);
        from += sizeof(int);
        return value;
    }

    private static void Check(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, "Arrow " + what, Source, 0);
}
