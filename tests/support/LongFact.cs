namespace ColFrag.Tests.Support;

/// <summary>A test that takes too long for every change; <c>./test.sh --long</c> runs it.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute()
    {
        if (!IsLong) Skip = "long run: ./test.sh --long runs it";
    }

    /// <summary>True in the long run.</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1";
}
