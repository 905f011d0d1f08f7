namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>The gamma function by Lanczos' approximation (g = 7, nine terms), accurate to about 15 digits.</summary>
internal static class GammaFunction
{
    private static readonly double[] s_coefficients =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    public static double Gamma(double x)
    {
        // Whole numbers up to 22! are exact.
        if (x is >= 1 and <= 23 && x == Math.Floor(x))
        {
            double factorial = 1;
            for (int i = 2; i < (int)x; i++) factorial *= i;
            return factorial;
        }
        if (x < 0.5) return Math.PI / (Math.Sin(Math.PI * x) * Gamma(1 - x));
        return Math.Exp(LogGamma(x));
    }

    public static double LogGamma(double x)
    {
        if (x is 1 or 2) return 0;
        if (x < 0.5) return Math.Log(Math.PI / Math.Abs(Math.Sin(Math.PI * x))) - LogGamma(1 - x);
        x--;
        double sum = s_coefficients[0];
        for (int i = 1; i < s_coefficients.Length; i++) sum += s_coefficients[i] / (x + i);
        double t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
