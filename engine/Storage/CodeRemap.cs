using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>Codes of one dictionary for codes of another, in the lane that the other's codes take.</summary>
internal sealed unsafe class CodeRemap
{
    private readonly byte[] _bytes = [];
    private readonly ushort[] _shorts = [];
    private readonly uint[] _words = [];

    /// <summary>Prepares a table.</summary>
    /// <param name="codes">The new code of each old code.</param>
    /// <param name="lane">The lane of the new codes.</param>
    public CodeRemap(uint[] codes, PhysicalType lane)
    {
        switch (lane)
        {
            case PhysicalType.UInt8: _bytes = Array.ConvertAll(codes, c => (byte)c); break;
            case PhysicalType.UInt16: _shorts = Array.ConvertAll(codes, c => (ushort)c); break;
            default: _words = codes; break;
        }
    }

    /// <summary><c>target[i] = new code of codes[i]</c>; the codes are in range.</summary>
    public void Apply<TCode>(TCode* codes, int count, byte* target) where TCode : unmanaged, IBinaryInteger<TCode>
    {
        if (_bytes.Length > 0)
        {
            fixed (byte* table = _bytes) Gather.Codes(table, _bytes.Length, codes, count, target);
        }
        else if (_shorts.Length > 0)
        {
            fixed (ushort* table = _shorts) Gather.Codes(table, _shorts.Length, codes, count, (ushort*)target);
        }
        else
        {
            fixed (uint* table = _words) Gather.Codes(table, _words.Length, codes, count, (uint*)target);
        }
    }
}
