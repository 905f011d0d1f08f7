using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Integer to integer, with a range check.</summary>
internal readonly struct IntegerCast<TFrom, TTo>(CastFailure failure) : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        TFrom value = arguments.Get<TFrom>(0, row);
        result = TTo.CreateSaturating(value);
        return TFrom.CreateSaturating(result) == value || failure.OutOfRange();
    }
}

/// <summary>Integer to REAL or DOUBLE.</summary>
internal readonly struct IntegerToFloat<TFrom, TTo> : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        result = TTo.CreateTruncating(arguments.Get<TFrom>(0, row));
        return true;
    }
}

/// <summary>REAL or DOUBLE to integer: half to even, as PostgreSQL's rint.</summary>
internal readonly struct FloatToInteger<TFrom, TTo>(CastFailure failure) : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>,
        IMinMaxValue<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        double value = Math.Round(double.CreateTruncating(arguments.Get<TFrom>(0, row)), MidpointRounding.ToEven);
        result = TTo.CreateSaturating(value);
        // The upper bound is a power of two, exact as a double; the largest integer itself may not be.
        double limit = 2.0 * double.CreateTruncating((TTo.MaxValue >> 1) + TTo.One);
        return (value >= double.CreateTruncating(TTo.MinValue) && value < limit) || failure.OutOfRange();
    }
}

/// <summary>REAL to DOUBLE and back.</summary>
internal readonly struct FloatToFloat<TFrom, TTo>(CastFailure failure) : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom> where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        TFrom value = arguments.Get<TFrom>(0, row);
        result = TTo.CreateTruncating(value);
        return TTo.IsInfinity(result) == TFrom.IsInfinity(value) || failure.OutOfRange();
    }
}

/// <summary>
/// Integer or unscaled decimal to unscaled decimal of another scale: exact up, rounded half away from zero down.
/// </summary>
internal readonly struct Rescale<TFrom, TTo>(int fromScale, int toScale, int toPrecision, CastFailure failure)
    : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        Int128 value = Int128.CreateTruncating(arguments.Get<TFrom>(0, row));
        bool fits = true;
        Int128 scaled = value;
        if (toScale > fromScale) fits = PowersOfTen.TryScaleUp(value, toScale - fromScale, out scaled);
        else if (toScale < fromScale) scaled = PowersOfTen.DivideRounded(value, fromScale - toScale);
        Int128 limit = PowersOfTen.Get(toPrecision);
        result = TTo.CreateTruncating(scaled);
        return (fits && scaled < limit && scaled > -limit) || failure.DecimalOverflow();
    }
}

/// <summary>Unscaled decimal to integer, rounded half away from zero.</summary>
internal readonly struct DecimalToInteger<TFrom, TTo>(int scale, CastFailure failure) : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        Int128 value = PowersOfTen.DivideRounded(Int128.CreateTruncating(arguments.Get<TFrom>(0, row)), scale);
        result = TTo.CreateSaturating(value);
        return Int128.CreateSaturating(result) == value || failure.OutOfRange();
    }
}

/// <summary>Unscaled decimal to REAL or DOUBLE, correctly rounded.</summary>
internal readonly struct DecimalToFloat<TFrom, TTo>(int scale) : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        result =
            TTo.CreateTruncating(DecimalMath.ToDouble(Int128.CreateTruncating(arguments.Get<TFrom>(0, row)), scale));
        return true;
    }
}

/// <summary>
/// REAL or DOUBLE to decimal: through the shortest digits that name the value, as PostgreSQL casts through 15 digits.
/// </summary>
internal readonly struct FloatToDecimal<TFrom, TTo>(int scale, int precision, CastFailure failure) : IRowKernel<TTo>
    where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        TFrom value = arguments.Get<TFrom>(0, row);
        Span<byte> digits = stackalloc byte[64];
        result = default;
        if (!TFrom.IsFinite(value)) return failure.NotANumber();
        bool isFormatted = typeof(TFrom) == typeof(float)
            ? float.CreateTruncating(value).TryFormat(
                digits, out int length, "G6", System.Globalization.CultureInfo.InvariantCulture)
            : double.CreateTruncating(value).TryFormat(
                digits, out length, "G15", System.Globalization.CultureInfo.InvariantCulture);
        if (!isFormatted || !NumberText.TryParseDecimal(digits[..length], scale, out Int128 unscaled, out _))
            return failure.DecimalOverflow();
        Int128 limit = PowersOfTen.Get(precision);
        result = TTo.CreateTruncating(unscaled);
        return (unscaled < limit && unscaled > -limit) || failure.DecimalOverflow();
    }
}

/// <summary>Numbers to BOOLEAN: anything but zero is true.</summary>
internal readonly struct NumberToBoolean<TFrom> : IRowKernel<bool> where TFrom : unmanaged, INumberBase<TFrom>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
    {
        result = !TFrom.IsZero(arguments.Get<TFrom>(0, row));
        return true;
    }
}

/// <summary>The same bytes under another type: BOOLEAN to a byte, JSON to text, BLOB to BLOB.</summary>
internal readonly struct Reinterpret<T> : IRowKernel<T> where T : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
    {
        result = arguments.Get<T>(0, row);
        return true;
    }
}
