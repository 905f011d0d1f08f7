using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

internal static unsafe partial class Widening
{
    /// <summary>Whole vectors of the target; returns how many values it did.</summary>
    private static int ConvertVectors<TFrom, TTo>(TFrom* source, int count, TTo add, TTo* target)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        int i = 0;
        if (sizeof(TFrom) == sizeof(ulong) && sizeof(TTo) == sizeof(uint) && Avx512F.IsSupported)
        {
            Vector256<TTo> more = Vector256.Create(add);
            for (; i <= count - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
            {
                Vector256<uint> low = Avx512F.ConvertToVector256UInt32(Vector512.Load((ulong*)source + i));
                (low.As<uint, TTo>() + more).Store(target + i);
            }
            return i;
        }
        if (sizeof(TTo) > sizeof(ulong) || sizeof(TFrom) > sizeof(TTo)) return 0;
        if (Avx512BW.IsSupported)
        {
            Vector512<TTo> plus = Vector512.Create(add);
            for (; i <= count - Vector512<TTo>.Count; i += Vector512<TTo>.Count)
            {
                (Load512<TFrom, TTo>(source + i) + plus).Store(target + i);
            }
        }
        else if (Avx2.IsSupported)
        {
            Vector256<TTo> plus = Vector256.Create(add);
            for (; i <= count - Vector256<TTo>.Count; i += Vector256<TTo>.Count)
            {
                (Load256<TFrom, TTo>(source + i) + plus).Store(target + i);
            }
        }
        return i;
    }

    /// <summary>The next values, extended. The type tests are constants, so one instruction is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<TTo> Load512<TFrom, TTo>(TFrom* p)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (sizeof(TFrom) == sizeof(TTo)) return Vector512.Load((TTo*)p);
        if (Is<TFrom, byte>())
        {
            if (sizeof(TTo) == 2) return Avx512BW.ConvertToVector512UInt16(Vector256.Load((byte*)p)).As<ushort, TTo>();
            if (sizeof(TTo) == 4) return Avx512F.ConvertToVector512UInt32(Vector128.Load((byte*)p)).As<uint, TTo>();
            return Avx512F.ConvertToVector512UInt64(Vector128.CreateScalar(*(ulong*)p).AsByte()).As<ulong, TTo>();
        }
        if (Is<TFrom, sbyte>())
        {
            if (sizeof(TTo) == 2) return Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)p)).As<short, TTo>();
            if (sizeof(TTo) == 4) return Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)p)).As<int, TTo>();
            return Avx512F.ConvertToVector512Int64(Vector128.CreateScalar(*(ulong*)p).AsSByte()).As<long, TTo>();
        }
        if (Is<TFrom, ushort>())
        {
            if (sizeof(TTo) == 4) return Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)p)).As<uint, TTo>();
            return Avx512F.ConvertToVector512UInt64(Vector128.Load((ushort*)p)).As<ulong, TTo>();
        }
        if (Is<TFrom, short>())
        {
            if (sizeof(TTo) == 4) return Avx512F.ConvertToVector512Int32(Vector256.Load((short*)p)).As<int, TTo>();
            return Avx512F.ConvertToVector512Int64(Vector128.Load((short*)p)).As<long, TTo>();
        }
        if (Is<TFrom, uint>()) return Avx512F.ConvertToVector512UInt64(Vector256.Load((uint*)p)).As<ulong, TTo>();
        return Avx512F.ConvertToVector512Int64(Vector256.Load((int*)p)).As<long, TTo>();
    }

    /// <summary>As above for processors without AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<TTo> Load256<TFrom, TTo>(TFrom* p)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (sizeof(TFrom) == sizeof(TTo)) return Vector256.Load((TTo*)p);
        if (Is<TFrom, byte>())
        {
            if (sizeof(TTo) == 2) return Avx2.ConvertToVector256Int16((byte*)p).As<short, TTo>();
            if (sizeof(TTo) == 4) return Avx2.ConvertToVector256Int32((byte*)p).As<int, TTo>();
            return Avx2.ConvertToVector256Int64((byte*)p).As<long, TTo>();
        }
        if (Is<TFrom, sbyte>())
        {
            if (sizeof(TTo) == 2) return Avx2.ConvertToVector256Int16((sbyte*)p).As<short, TTo>();
            if (sizeof(TTo) == 4) return Avx2.ConvertToVector256Int32((sbyte*)p).As<int, TTo>();
            return Avx2.ConvertToVector256Int64((sbyte*)p).As<long, TTo>();
        }
        if (Is<TFrom, ushort>())
        {
            if (sizeof(TTo) == 4) return Avx2.ConvertToVector256Int32((ushort*)p).As<int, TTo>();
            return Avx2.ConvertToVector256Int64((ushort*)p).As<long, TTo>();
        }
        if (Is<TFrom, short>())
        {
            if (sizeof(TTo) == 4) return Avx2.ConvertToVector256Int32((short*)p).As<int, TTo>();
            return Avx2.ConvertToVector256Int64((short*)p).As<long, TTo>();
        }
        if (Is<TFrom, uint>()) return Avx2.ConvertToVector256Int64((uint*)p).As<long, TTo>();
        return Avx2.ConvertToVector256Int64((int*)p).As<long, TTo>();
    }
}
