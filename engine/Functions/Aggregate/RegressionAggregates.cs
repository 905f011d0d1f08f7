namespace ColFrag.Engine.Functions.Aggregate;

// Functions of pairs of numbers: covariance, correlation and the line of least squares.

/// <summary>covar_pop(y, x)</summary>
internal readonly struct PopulationCovariance : IPairResult
{
    public static FunctionInfo Info => new("covar_pop", "Covariance of a population.")
    {
        Category = "Aggregates", Example = "covar_pop(1, 2)", Returns = "0",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.XY / moments.Count;
        return moments.Count > 0;
    }
}

/// <summary>covar_samp(y, x)</summary>
internal readonly struct SampleCovariance : IPairResult
{
    public static FunctionInfo Info => new("covar_samp", "Covariance of a sample.")
    {
        Category = "Aggregates", Example = "covar_samp(1, 2) IS NULL", Returns = "true",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.XY / (moments.Count - 1);
        return moments.Count > 1;
    }
}

/// <summary>corr(y, x)</summary>
internal readonly struct Correlation : IPairResult
{
    public static FunctionInfo Info => new("corr", "Coefficient of correlation, -1 to 1.")
    {
        Category = "Aggregates", Example = "corr(1, 2) IS NULL", Returns = "true",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = Math.Clamp(moments.XY / Math.Sqrt(moments.XX * moments.YY), -1, 1);
        return moments.Count > 0 && moments.XX != 0 && moments.YY != 0;
    }
}

/// <summary>regr_slope(y, x)</summary>
internal readonly struct RegressionSlope : IPairResult
{
    public static FunctionInfo Info => new("regr_slope", "Slope of the line of least squares through the pairs (y, x).")
    {
        Category = "Aggregates", Example = "regr_slope(1, 2) IS NULL", Returns = "true",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.XY / moments.XX;
        return moments.Count > 0 && moments.XX != 0;
    }
}

/// <summary>regr_intercept(y, x)</summary>
internal readonly struct RegressionIntercept : IPairResult
{
    public static FunctionInfo Info => new("regr_intercept",
        "Where the line of least squares through the pairs (y, x) meets the y axis.")
    {
        Category = "Aggregates", Example = "regr_intercept(1, 2) IS NULL", Returns = "true",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.MeanY - (moments.XY / moments.XX * moments.MeanX);
        return moments.Count > 0 && moments.XX != 0;
    }
}

/// <summary>regr_r2(y, x)</summary>
internal readonly struct RegressionFit : IPairResult
{
    public static FunctionInfo Info => new("regr_r2",
        "Square of the coefficient of correlation; 1 where all y are equal.")
    {
        Category = "Aggregates", Example = "regr_r2(1, 2) IS NULL", Returns = "true",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.YY == 0 ? 1 : moments.XY * moments.XY / (moments.XX * moments.YY);
        return moments.Count > 0 && moments.XX != 0;
    }
}

/// <summary>regr_avgx(y, x)</summary>
internal readonly struct RegressionMeanX : IPairResult
{
    public static FunctionInfo Info => new("regr_avgx", "Mean of x over the pairs (y, x).")
    {
        Category = "Aggregates", Example = "regr_avgx(1, 2)", Returns = "2",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.MeanX;
        return moments.Count > 0;
    }
}

/// <summary>regr_avgy(y, x)</summary>
internal readonly struct RegressionMeanY : IPairResult
{
    public static FunctionInfo Info => new("regr_avgy", "Mean of y over the pairs (y, x).")
    {
        Category = "Aggregates", Example = "regr_avgy(1, 2)", Returns = "1",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.MeanY;
        return moments.Count > 0;
    }
}

/// <summary>regr_sxx(y, x)</summary>
internal readonly struct RegressionXX : IPairResult
{
    public static FunctionInfo Info => new("regr_sxx", "Sum of the squares of the distances of x to its mean.")
    {
        Category = "Aggregates", Example = "regr_sxx(1, 2)", Returns = "0",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.XX;
        return moments.Count > 0;
    }
}

/// <summary>regr_syy(y, x)</summary>
internal readonly struct RegressionYY : IPairResult
{
    public static FunctionInfo Info => new("regr_syy", "Sum of the squares of the distances of y to its mean.")
    {
        Category = "Aggregates", Example = "regr_syy(1, 2)", Returns = "0",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.YY;
        return moments.Count > 0;
    }
}

/// <summary>regr_sxy(y, x)</summary>
internal readonly struct RegressionXY : IPairResult
{
    public static FunctionInfo Info => new("regr_sxy",
        "Sum of the products of the distances of y and x to their means.")
    {
        Category = "Aggregates", Example = "regr_sxy(1, 2)", Returns = "0",
    };

    public static bool Of(in PairMoments moments, out double result)
    {
        result = moments.XY;
        return moments.Count > 0;
    }
}
