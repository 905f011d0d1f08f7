using System.Runtime.InteropServices;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>A type, as libraries of one process tell it: <c>ArrowSchema</c> of Arrow's C data interface.</summary>
/// <remarks>
/// Whoever fills one in keeps what it points at until <see cref="Release"/> is called, once; null says that it was.
/// Such a structure moves by copying its bytes and setting Release of the old place to null.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CArrowSchema
{
    public const long DictionaryOrdered = 1, Nullable = 2, MapKeysSorted = 4;

    public byte* Format;
    public byte* Name;
    public byte* Metadata;
    public long Flags;
    public long ChildCount;
    public CArrowSchema** Children;
    public CArrowSchema* Dictionary;
    public delegate* unmanaged[Cdecl]<CArrowSchema*, void> Release;
    public void* PrivateData;
}

/// <summary>Rows of one column, or of several as a struct: <c>ArrowArray</c> of the C data interface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CArrowArray
{
    public long Length;

    /// <summary>-1 where nobody counted.</summary>
    public long NullCount;

    /// <summary>Rows to pass over in every buffer, and in children of structs.</summary>
    public long Offset;

    public long BufferCount;
    public long ChildCount;
    public void** Buffers;
    public CArrowArray** Children;
    public CArrowArray* Dictionary;
    public delegate* unmanaged[Cdecl]<CArrowArray*, void> Release;
    public void* PrivateData;
}

/// <summary>Arrays one after the other: <c>ArrowArrayStream</c> of the C stream interface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CArrowStream
{
    /// <summary>Fills in the type; 0, or a number of errno.</summary>
    public delegate* unmanaged[Cdecl]<CArrowStream*, CArrowSchema*, int> GetSchema;

    /// <summary>Fills in the next array; one without Release after the last.</summary>
    public delegate* unmanaged[Cdecl]<CArrowStream*, CArrowArray*, int> GetNext;

    /// <summary>What was wrong with the call before, as UTF-8; null where nobody knows.</summary>
    public delegate* unmanaged[Cdecl]<CArrowStream*, byte*> GetLastError;

    public delegate* unmanaged[Cdecl]<CArrowStream*, void> Release;
    public void* PrivateData;
}
