using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>
/// Batches as C structures. Their buffers live until every array of a batch was released, wherever it was moved to,
/// also after the result, the session and the database are closed.
/// </summary>
internal static unsafe class ArrayExport
{
    private static readonly ArrowField s_table = new("", ArrowKind.Struct) { Type = LogicalType.Null };

    /// <summary>Fills in a struct of the columns; nothing is held where this fails.</summary>
    public static void Export(Batch batch, ArrowField[] columns, CArrowArray* target)
    {
        List<NativeBuffer> owners = [];
        try
        {
            ArrowArray[] arrays = new ArrowArray[columns.Length];
            for (int i = 0; i < arrays.Length; i++)
                arrays[i] = VectorArrays.Of(batch.Columns[i], columns[i], batch.Count, owners);
            Write(new ArrowArray(s_table, batch.Count, 0, [default], arrays), new Held(owners), target);
        }
        catch
        {
            foreach (NativeBuffer owner in owners) owner.Release();
            throw;
        }
    }

    private static void Write(ArrowArray array, Held held, CArrowArray* target)
    {
        int buffers = array.Buffers.Length, children = array.Children.Length;
        byte* block = (byte*)NativeMemory.AllocZeroed(
            (nuint)(((buffers + children) * sizeof(void*)) + ((children + 1) * sizeof(CArrowArray))));
        void** pointers = (void**)block;
        CArrowArray** nested = (CArrowArray**)(pointers + buffers);
        CArrowArray* structures = (CArrowArray*)(nested + children);
        for (int i = 0; i < buffers; i++) pointers[i] = array.Buffers[i].Pointer;
        *target = new CArrowArray
        {
            Length = array.Length,
            NullCount = array.NullCount,
            BufferCount = buffers,
            ChildCount = children,
            Buffers = pointers,
            Children = nested,
            Release = &ReleaseArray,
            PrivateData = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(new Exported(held.Add(), (nint)block))),
        };
        for (int i = 0; i < children; i++)
        {
            nested[i] = structures + i;
            Write(array.Children[i], held, nested[i]);
        }
        if (array.Dictionary is null) return;
        target->Dictionary = structures + children;
        Write(array.Dictionary, held, target->Dictionary);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseArray(CArrowArray* array)
    {
        if (array->Release is null) return;
        for (long i = 0; i < array->ChildCount; i++)
        {
            if (array->Children[i]->Release is not null) array->Children[i]->Release(array->Children[i]);
        }
        if (array->Dictionary is not null && array->Dictionary->Release is not null)
            array->Dictionary->Release(array->Dictionary);
        array->Release = null;
        GCHandle handle = GCHandle.FromIntPtr((nint)array->PrivateData);
        Exported exported = (Exported)handle.Target!;
        handle.Free();
        NativeMemory.Free((void*)exported.Block);
        exported.Held.Remove();
    }

    /// <summary>What one structure has: a share of the batch's buffers, and the block of its own pointers.</summary>
    private sealed record Exported(Held Held, nint Block);

    /// <summary>The buffers of a batch, released when the last of its structures was.</summary>
    private sealed class Held(List<NativeBuffer> owners)
    {
        private int _count;

        public Held Add()
        {
            Interlocked.Increment(ref _count);
            return this;
        }

        public void Remove()
        {
            if (Interlocked.Decrement(ref _count) > 0) return;
            foreach (NativeBuffer owner in owners) owner.Release();
        }
    }
}
