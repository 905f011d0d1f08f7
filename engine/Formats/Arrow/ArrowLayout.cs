using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Which buffers arrays of a kind have, and what lies in them.</summary>
internal static unsafe class ArrowLayout
{
    /// <summary>Buffers of an array, without those that views point into.</summary>
    public static int BufferCountOf(ArrowField field) => field.Kind switch
    {
        ArrowKind.Null or ArrowKind.RunEndEncoded => 0,
        ArrowKind.Struct or ArrowKind.FixedList => 1,
        ArrowKind.Union => field.Unit == 0 ? 1 : 2,
        ArrowKind.Utf8 or ArrowKind.Binary or ArrowKind.LargeUtf8 or ArrowKind.LargeBinary => 3,
        ArrowKind.ListView or ArrowKind.LargeListView => 3,
        _ => 2,
    };

    /// <summary>True when the first buffer is the validity.</summary>
    public static bool HasValidity(ArrowKind kind) =>
        kind is not (ArrowKind.Null or ArrowKind.RunEndEncoded or ArrowKind.Union);

    /// <summary>True when offsets have 64 bits.</summary>
    public static bool IsLarge(ArrowKind kind) => kind is
        ArrowKind.LargeUtf8 or ArrowKind.LargeBinary or ArrowKind.LargeList or ArrowKind.LargeListView;

    /// <summary>Turns numbers of big-endian writers around, where they lie.</summary>
    public static void TurnBytes(ArrowField field, bool isIndex, ArrowBuffer[] buffers)
    {
        if (isIndex)
        {
            Turn(buffers[1], field.IndexBits / 8);
            return;
        }
        switch (field.Kind)
        {
            case ArrowKind.Null or ArrowKind.Bool or ArrowKind.FixedBinary or ArrowKind.Struct or ArrowKind.FixedList:
            case ArrowKind.RunEndEncoded:
                return;
            case ArrowKind.Utf8 or ArrowKind.Binary or ArrowKind.List or ArrowKind.Map:
            case ArrowKind.LargeUtf8 or ArrowKind.LargeBinary or ArrowKind.LargeList:
                Turn(buffers[1], IsLarge(field.Kind) ? 8 : 4);
                return;
            case ArrowKind.ListView or ArrowKind.LargeListView:
                Turn(buffers[1], IsLarge(field.Kind) ? 8 : 4);
                Turn(buffers[2], IsLarge(field.Kind) ? 8 : 4);
                return;
            case ArrowKind.Union:
                if (buffers.Length > 1) Turn(buffers[1], 4);
                return;
            case ArrowKind.Utf8View or ArrowKind.BinaryView:
                TurnViews(buffers[1]);
                return;
            case ArrowKind.Interval when field.Unit == 2:
                Turn(buffers[1], 4);
                for (long at = 8; at + 8 <= buffers[1].Length; at += 16) SwapHalves(buffers[1].Pointer + at);
                return;
            case ArrowKind.Interval:
                Turn(buffers[1], 4);
                return;
            default:
                Turn(buffers[1], ArrowConversions.WidthOf(field));
                return;
        }
    }

    private static void Turn(ArrowBuffer buffer, int width)
    {
        for (long at = 0; at + width <= buffer.Length; at += width)
            new Span<byte>(buffer.Pointer + at, width).Reverse();
    }

    // Two halves that were turned by themselves are a whole that was turned, once they change places.
    private static void SwapHalves(byte* number)
    {
        ulong whole = Unsafe.ReadUnaligned<ulong>(number);
        Unsafe.WriteUnaligned(number, whole >> 32 | whole << 32);
    }

    // Length, then the bytes themselves or the first four of them, a buffer and an offset.
    private static void TurnViews(ArrowBuffer views)
    {
        for (long at = 0; at + 16 <= views.Length; at += 16)
        {
            byte* view = views.Pointer + at;
            int length = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<int>(view));
            Unsafe.WriteUnaligned(view, length);
            if (length <= 12) continue;
            new Span<byte>(view + 8, 4).Reverse();
            new Span<byte>(view + 12, 4).Reverse();
        }
    }
}
