namespace ColFrag.Tests.Support;

/// <summary>
/// A test that takes too long for every change; <c>./test.sh --long</c> runs it. It may need a file beside the
/// checkout.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute(string? sharedFile = null)
    {
        if (Environment.GetEnvironmentVariable("COLFRAG_LONG") != "1") Skip = "long run: ./test.sh --long runs it";
        else if (sharedFile is not null &&
            (Repository.Shared is not string shared || !Path.Exists(Path.Combine(shared, sharedFile))))
        {
            Skip = $"data absent: ../shared/{sharedFile}";
        }
    }
}
