using ColFrag.Engine.Functions.Managed;

namespace ColFrag.AssemblyFunctions;

/// <summary>Functions of every form that SQL can call, and some that it cannot.</summary>
public static class Prices
{
    /// <summary>A price with the tax of a country.</summary>
    public static decimal WithTax(decimal price, string country) => price * (country == "NO" ? 1.25m : 1.2m);

    /// <summary>A text for addresses; null for an empty one.</summary>
    public static string? Slug(string text) => text.Length == 0
        ? null
        : text.ToLowerInvariant().Replace(' ', '-');

    /// <summary>Sees NULLs.</summary>
    public static string OrNothing(string? text) => text ?? "nothing";

    /// <summary>Two functions of one name.</summary>
    public static int Twice(int value) => value * 2;

    /// <summary>Two functions of one name.</summary>
    public static string Twice(string value) => value + value;

    /// <summary>A function that fails for some values.</summary>
    public static int OnlyPositive(int value) => value > 0
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), "must be positive");

    /// <summary>A function of whole vectors.</summary>
    public static void Square(ReadOnlySpan<double> values, Span<double> results)
    {
        for (int i = 0; i < values.Length; i++) results[i] = values[i] * values[i];
    }

    /// <summary>A function of whole vectors of two arguments.</summary>
    public static void Weigh(ReadOnlySpan<long> values, ReadOnlySpan<long> weights, Span<long> results)
    {
        for (int i = 0; i < values.Length; i++) results[i] = values[i] * weights[i];
    }

    /// <summary>An aggregate.</summary>
    public static AggregateDefinition<long, long, long> Product() => new()
    {
        Create = () => 1, Add = (product, value) => product * value, Combine = (a, b) => a * b, Finish = p => p,
    };

    /// <summary>Of a type that SQL does not have.</summary>
    public static Version Release(int major) => new(major, 0);
}

/// <summary>An operator that is compiled into the loop.</summary>
public readonly struct Halve : IScalarOperator<int, int>
{
    /// <inheritdoc/>
    public static int Apply(int value) => value / 2;
}

/// <summary>No operator.</summary>
public readonly struct Weight
{
    /// <summary>A field, so that it is not empty.</summary>
    public int Grams { get; init; }
}
