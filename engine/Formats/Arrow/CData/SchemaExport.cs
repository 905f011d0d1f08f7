using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>Fields as C structures. Each has its memory in one block, which its release frees.</summary>
internal static unsafe class SchemaExport
{
    /// <summary>Describes the columns of a table: a struct of them.</summary>
    public static void Export(ArrowField[] columns, CArrowSchema* target) => Export(
        new ArrowField("", ArrowKind.Struct) { IsNullable = false, Children = columns, Type = Types.LogicalType.Null },
        target);

    private static void Export(ArrowField field, CArrowSchema* target)
    {
        bool isDictionary = field.DictionaryId is not null;
        byte[] format = Text(isDictionary ? FormatText.OfInteger(field.IndexBits, false) : FormatText.Write(field));
        byte[] name = Text(field.Name);
        byte[] metadata = field.Extension is { } extension ? Pair(ArrowSchema.ExtensionKey, extension) : [];
        int children = isDictionary ? 0 : field.Children.Length;
        int pointers = children * sizeof(CArrowSchema*), structures = (children + 1) * sizeof(CArrowSchema);
        byte* block = (byte*)NativeMemory.AllocZeroed(
            (nuint)(pointers + structures + format.Length + name.Length + metadata.Length));
        CArrowSchema* nested = (CArrowSchema*)(block + pointers);
        byte* texts = block + pointers + structures;
        *target = new CArrowSchema
        {
            Flags = field.IsNullable ? CArrowSchema.Nullable : 0,
            ChildCount = children,
            Children = (CArrowSchema**)block,
            Release = &ReleaseSchema,
            PrivateData = block,
            Format = Take(format, ref texts),
            Name = Take(name, ref texts),
            Metadata = metadata.Length == 0 ? null : Take(metadata, ref texts),
        };
        for (int i = 0; i < children; i++)
        {
            ((CArrowSchema**)block)[i] = nested + i;
            Export(field.Children[i], nested + i);
        }
        if (!isDictionary) return;
        target->Dictionary = nested + children;
        Export(field with { DictionaryId = null, Name = "" }, target->Dictionary);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseSchema(CArrowSchema* schema)
    {
        if (schema->Release is null) return;
        for (long i = 0; i < schema->ChildCount; i++)
        {
            if (schema->Children[i]->Release is not null) schema->Children[i]->Release(schema->Children[i]);
        }
        if (schema->Dictionary is not null && schema->Dictionary->Release is not null)
            schema->Dictionary->Release(schema->Dictionary);
        schema->Release = null;
        NativeMemory.Free(schema->PrivateData);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static byte* Take(byte[] bytes, ref byte* next)
    {
        byte* start = next;
        bytes.CopyTo(new Span<byte>(start, bytes.Length));
        next += bytes.Length;
        return start;
    }

    // int32 number of pairs, then of each an int32 length and the bytes of key and value.
    private static byte[] Pair(string key, string value)
    {
        byte[] bytes = new byte[12 + key.Length + value.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), key.Length);
        Encoding.ASCII.GetBytes(key, bytes.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8 + key.Length), value.Length);
        Encoding.ASCII.GetBytes(value, bytes.AsSpan(12 + key.Length));
        return bytes;
    }
}
