using System.Globalization;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>nextafter(x, y)</summary>
internal readonly struct NextAfter : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => new("nextafter", "The DOUBLE next to x on the way to y.")
    {
        Category = "Math", Example = "nextafter(1, 2) > 1", Returns = "true",
    };

    public static double Apply(double x, double y) => double.IsNaN(x) || double.IsNaN(y) ? double.NaN
        : x == y ? y
        : x < y ? Math.BitIncrement(x)
        : Math.BitDecrement(x);
}

/// <summary>signbit(x)</summary>
internal readonly struct SignBit : IUnaryFunction<double, bool>
{
    public static FunctionInfo Info => new("signbit", "True for negative numbers, and for the zero below zero.")
    {
        Category = "Math", Example = "signbit(-0.5)", Returns = "true",
    };

    public static bool Apply(double x) => double.IsNegative(x);
}

/// <summary>round_even(x, digits)</summary>
internal readonly struct RoundEven : IBinaryFunction<double, int, double>
{
    public static FunctionInfo Info => new("round_even", "x with so many digits; a half goes to the even digit.")
    {
        Category = "Math", Aliases = ["roundbankers"], Example = "round_even(2.5, 0)", Returns = "2",
    };

    public static double Apply(double x, int digits)
    {
        double power = Math.Pow(10, Math.Abs((double)digits));
        double scaled = digits >= 0 ? x * power : x / power;
        double rounded = Math.Round(scaled, MidpointRounding.ToEven);
        double result = digits >= 0 ? rounded / power : rounded * power;
        return double.IsFinite(result) ? result : digits >= 0 || !double.IsFinite(x) ? x : 0;
    }
}

/// <summary>binom(n, k)</summary>
internal readonly struct Binomial : IBinaryFunction<long, long, Int128>
{
    public static FunctionInfo Info => new("binom", "In how many ways k of n things can be chosen.")
    {
        Category = "Math", Example = "binom(5, 2)", Returns = "10", Flags = FunctionFlags.CanThrow,
    };

    public static Int128 Apply(long n, long k)
    {
        if (n < 0 || k < 0)
            throw new QueryException(SqlStates.NumericOutOfRange, "binom takes numbers that are not negative");
        if (k > n) return 0;
        k = Math.Min(k, n - k);
        Int128 result = 1;
        try
        {
            // After each step the product is a binomial coefficient itself, so the division has no rest.
            for (long i = 1; i <= k; i++) result = checked(result * (n - k + i)) / i;
        }
        catch (OverflowException)
        {
            throw new QueryException(SqlStates.NumericOutOfRange, "Value is out of range: binom");
        }
        return result;
    }
}

/// <summary>to_base(number, radix)</summary>
internal readonly struct ToBase : IBinaryTextFunction<long, int>
{
    public static FunctionInfo Info => new("to_base", "A number in digits of a base from 2 to 36, at least so many.")
    {
        Category = "Math", Example = "to_base(42, 16)", Returns = "2A", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(long number, int radix, ref Utf8Writer target) => Write(number, radix, 0, ref target);

    /// <summary>Writes the digits.</summary>
    public static void Write(long number, int radix, int least, ref Utf8Writer target)
    {
        if (number < 0)
            throw new QueryException(SqlStates.InvalidParameterValue, "to_base takes numbers that are not negative");
        if (radix is < 2 or > 36)
            throw new QueryException(SqlStates.InvalidParameterValue, "Base of to_base must be from 2 to 36");
        if (least is < 0 or > 64)
            throw new QueryException(SqlStates.InvalidParameterValue, "Length of to_base must be from 0 to 64");
        Span<byte> digits = stackalloc byte[64];
        int at = digits.Length;
        do
        {
            digits[--at] = (byte)"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(int)(number % radix)];
            number /= radix;
        }
        while (number > 0);
        while (digits.Length - at < least) digits[--at] = (byte)'0';
        target.Append(digits[at..]);
    }
}

/// <summary>to_base(number, radix, length)</summary>
internal readonly struct ToBasePadded : ITernaryTextFunction<long, int, int>
{
    public static FunctionInfo Info => ToBase.Info;

    public static void Apply(long number, int radix, int length, ref Utf8Writer target) =>
        ToBase.Write(number, radix, length, ref target);
}

/// <summary>format_bytes(number)</summary>
internal readonly struct FormatBytes : IUnaryTextFunction<long>
{
    public static FunctionInfo Info => new("format_bytes", "A number of bytes for people, in units of 1024.")
    {
        Category = "Formatting", Aliases = ["formatreadablesize"], Example = "format_bytes(16384)",
        Returns = "16.0 KiB",
    };

    public static void Apply(long bytes, ref Utf8Writer target) => Write(bytes, 1024, "KMGTPE", "iB", ref target);

    /// <summary>Writes with one digit behind the point, cut and not rounded.</summary>
    public static void Write(long bytes, long unit, string prefixes, string suffix, ref Utf8Writer target)
    {
        UInt128 rest = bytes < 0 ? (UInt128)(-(Int128)bytes) : (UInt128)bytes;
        string sign = bytes < 0 ? "-" : "";
        if (rest < (UInt128)unit)
        {
            target.Append(System.Text.Encoding.UTF8.GetBytes($"{sign}{rest} byte{(rest == 1 ? "" : "s")}"));
            return;
        }
        UInt128 size = (UInt128)unit;
        int prefix = 0;
        while (rest / size >= (UInt128)unit)
        {
            size *= (UInt128)unit;
            prefix++;
        }
        UInt128 tenths = rest * 10 / size;
        target.Append(System.Text.Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{sign}{tenths / 10}.{tenths % 10} {prefixes[prefix]}{suffix}")));
    }
}

/// <summary>formatReadableDecimalSize(number)</summary>
internal readonly struct FormatDecimalBytes : IUnaryTextFunction<long>
{
    public static FunctionInfo Info =>
        new("formatreadabledecimalsize", "A number of bytes for people, in units of 1000.")
    {
        Category = "Formatting", Example = "formatReadableDecimalSize(16000)", Returns = "16.0 kB",
    };

    public static void Apply(long bytes, ref Utf8Writer target) =>
        FormatBytes.Write(bytes, 1000, "kMGTPE", "B", ref target);
}
