using System.Runtime.CompilerServices;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>The flat or constant arguments of one batch, read by row. A constant is row 0 for every row.</summary>
internal unsafe struct RowArguments
{
    /// <summary>The most arguments of a row function.</summary>
    public const int MaxCount = 8;

    private fixed long _data[MaxCount];
    private fixed long _validity[MaxCount];
    private fixed int _rowMask[MaxCount];

    /// <summary>Points one argument at a vector, which is flat or constant.</summary>
    public void Set(int index, ColumnVector vector)
    {
        _data[index] = (long)vector.Data;
        _validity[index] = (long)vector.Validity;
        _rowMask[index] = vector.IsConstant ? 0 : -1;
    }

    /// <summary>True where the call has this argument.</summary>
    public readonly bool Has(int index) => _data[index] != 0;

    /// <summary>The value of an argument; undefined where NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T Get<T>(int index, int row) where T : allows ref struct =>
        Lane.Load<T>((byte*)_data[index], row & _rowMask[index]);

    /// <summary>True where the argument has no value; for functions that handle NULLs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsNull(int index, int row)
    {
        ulong* validity = (ulong*)_validity[index];
        row &= _rowMask[index];
        return validity is not null && (validity[row >> 6] >> row & 1) == 0;
    }
}

/// <summary>Reads and writes elements of vectors as the C# types of functions' signatures.</summary>
internal static unsafe class Lane
{
    /// <summary>The element at a row of flat data.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* data, int row) where T : allows ref struct
    {
        if (typeof(T) == typeof(ReadOnlySpan<byte>))
        {
            ReadOnlySpan<byte> span = ((Utf8View*)data)[row].Span;
            return Unsafe.As<ReadOnlySpan<byte>, T>(ref span);
        }
        if (typeof(T) == typeof(SqlBlob))
        {
            SqlBlob blob = new(((Utf8View*)data)[row].Span);
            return Unsafe.As<SqlBlob, T>(ref blob);
        }
        if (typeof(T) == typeof(SqlJson))
        {
            SqlJson json = new(((Utf8View*)data)[row].Span);
            return Unsafe.As<SqlJson, T>(ref json);
        }
        if (typeof(T) == typeof(SqlBits))
        {
            SqlBits bits = new(((Utf8View*)data)[row].Span);
            return Unsafe.As<SqlBits, T>(ref bits);
        }
        // The lane of the argument's type has elements of exactly T's size.
        return Unsafe.ReadUnaligned<T>(data + ((nint)row * Unsafe.SizeOf<T>()));
    }

    /// <summary>
    /// Writes the element at a row of flat data. Text must lie in native or static memory that outlives the vector.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(byte* data, int row, T value) where T : allows ref struct
    {
        if (typeof(T) == typeof(ReadOnlySpan<byte>))
        {
            ((Utf8View*)data)[row] = ToView(Unsafe.As<T, ReadOnlySpan<byte>>(ref value));
        }
        else if (typeof(T) == typeof(SqlBlob))
        {
            ((Utf8View*)data)[row] = ToView(Unsafe.As<T, SqlBlob>(ref value).Bytes);
        }
        else if (typeof(T) == typeof(SqlJson))
        {
            ((Utf8View*)data)[row] = ToView(Unsafe.As<T, SqlJson>(ref value).Text);
        }
        else if (typeof(T) == typeof(SqlBits))
        {
            ((Utf8View*)data)[row] = ToView(Unsafe.As<T, SqlBits>(ref value).Digits);
        }
        else
        {
            Unsafe.WriteUnaligned(data + ((nint)row * Unsafe.SizeOf<T>()), value);
        }
    }

    /// <summary>True for the types whose elements are views.</summary>
    public static bool IsView<T>() where T : allows ref struct =>
        typeof(T) == typeof(ReadOnlySpan<byte>) || typeof(T) == typeof(SqlBlob) || typeof(T) == typeof(SqlJson)
            || typeof(T) == typeof(SqlBits);

    // Spans of functions are slices of arguments, of the arena, or of literals in the program: none of them moves.
    private static Utf8View ToView(ReadOnlySpan<byte> span) =>
        new((byte*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(span)), span.Length);
}
