using System.Numerics;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Filters;

/// <summary>
/// What a filter says about each entry of a dictionary, a bit per code. Codes in a row, such as one value, a range of a
/// sorted dictionary, or all but the empty text, are a comparison. Immutable.
/// </summary>
internal sealed unsafe class AllowedCodes
{
    private readonly ulong[] _bits;
    private readonly int _count;
    private readonly bool _isRange;
    private readonly int _first;
    private readonly int _last;

    /// <param name="bits">A bit per code.</param>
    /// <param name="count">Number of codes.</param>
    public AllowedCodes(ulong[] bits, int count)
    {
        _bits = bits;
        _count = count;
        fixed (ulong* words = bits) _isRange = CodeLookup.IsRange(words, count, out _first, out _last);
    }

    /// <summary>Clears the bits of rows whose codes do not pass.</summary>
    public void And<T>(T* codes, int count, ulong* mask) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        if (!_isRange)
        {
            fixed (ulong* words = _bits) CodeLookup.And(words, _count, codes, count, mask);
        }
        else if (_first > _last)
        {
            Bitmap.Clear(mask, count);
        }
        else
        {
            Comparison.RangeMask(
                codes, T.CreateTruncating(_first), T.CreateTruncating(_last - _first), count, mask, and: true);
        }
    }
}
