namespace ColFrag.Engine.Functions.Aggregate;

// Variance and its relatives. Of a sample, the sum of squares is divided by n - 1; of a population, by n.

/// <summary>var_samp(x)</summary>
internal readonly struct SampleVariance : IMomentResult
{
    public static FunctionInfo Info => new("var_samp",
        "Variance of a sample: squares of distances to the mean, divided by n - 1.")
    {
        Category = "Aggregates", Aliases = ["variance"], Example = "var_samp(5) IS NULL", Returns = "true",
    };

    public static bool Of(in Moments moments, out double result)
    {
        result = moments.Second / (moments.Count - 1);
        return moments.Count > 1;
    }
}

/// <summary>var_pop(x)</summary>
internal readonly struct PopulationVariance : IMomentResult
{
    public static FunctionInfo Info => new("var_pop",
        "Variance of a population: squares of distances to the mean, divided by n.")
    {
        Category = "Aggregates", Example = "var_pop(5)", Returns = "0",
    };

    public static bool Of(in Moments moments, out double result)
    {
        result = moments.Second / moments.Count;
        return moments.Count > 0;
    }
}

/// <summary>stddev_samp(x)</summary>
internal readonly struct SampleDeviation : IMomentResult
{
    public static FunctionInfo Info => new("stddev_samp", "Standard deviation of a sample: the root of var_samp.")
    {
        Category = "Aggregates", Aliases = ["stddev"], Example = "stddev_samp(5) IS NULL", Returns = "true",
    };

    public static bool Of(in Moments moments, out double result)
    {
        bool isDefined = SampleVariance.Of(moments, out double variance);
        result = Math.Sqrt(variance);
        return isDefined;
    }
}

/// <summary>stddev_pop(x)</summary>
internal readonly struct PopulationDeviation : IMomentResult
{
    public static FunctionInfo Info => new("stddev_pop", "Standard deviation of a population: the root of var_pop.")
    {
        Category = "Aggregates", Example = "stddev_pop(5)", Returns = "0",
    };

    public static bool Of(in Moments moments, out double result)
    {
        bool isDefined = PopulationVariance.Of(moments, out double variance);
        result = Math.Sqrt(variance);
        return isDefined;
    }
}

/// <summary>sem(x)</summary>
internal readonly struct StandardError : IMomentResult
{
    public static FunctionInfo Info => new("sem", "Standard error of the mean.")
    {
        Category = "Aggregates", Example = "sem(5)", Returns = "0",
    };

    public static bool Of(in Moments moments, out double result)
    {
        result = Math.Sqrt(moments.Second / moments.Count) / Math.Sqrt(moments.Count);
        return moments.Count > 0;
    }
}

/// <summary>skewness(x)</summary>
internal readonly struct Skewness : IMomentResult
{
    public static FunctionInfo Info => new("skewness",
        "Skewness of a sample; NULL below three values or without any spread.")
    {
        Category = "Aggregates", Example = "skewness(5) IS NULL", Returns = "true",
    };

    public static bool Of(in Moments moments, out double result)
    {
        double n = moments.Count;
        double variance = moments.Second / n;
        result = Math.Sqrt(n * (n - 1)) / (n - 2) * (moments.Third / n) / Math.Pow(variance, 1.5);
        return n > 2 && variance > 0;
    }
}

/// <summary>kurtosis(x)</summary>
internal readonly struct Kurtosis : IMomentResult
{
    public static FunctionInfo Info => new("kurtosis",
        "Excess kurtosis of a sample; NULL below four values or without any spread.")
    {
        Category = "Aggregates", Example = "kurtosis(5) IS NULL", Returns = "true",
    };

    public static bool Of(in Moments moments, out double result)
    {
        double n = moments.Count;
        double variance = moments.Second / n;
        double excess = (moments.Fourth / n / (variance * variance)) - 3;
        result = (n - 1) / ((n - 2) * (n - 3)) * (((n + 1) * excess) + 6);
        return n > 3 && variance > 0;
    }
}

/// <summary>kurtosis_pop(x)</summary>
internal readonly struct PopulationKurtosis : IMomentResult
{
    public static FunctionInfo Info => new("kurtosis_pop", "Excess kurtosis of a population; NULL without any spread.")
    {
        Category = "Aggregates", Example = "kurtosis_pop(5) IS NULL", Returns = "true",
    };

    public static bool Of(in Moments moments, out double result)
    {
        double variance = moments.Second / moments.Count;
        result = (moments.Fourth / moments.Count / (variance * variance)) - 3;
        return moments.Count > 1 && variance > 0;
    }
}
