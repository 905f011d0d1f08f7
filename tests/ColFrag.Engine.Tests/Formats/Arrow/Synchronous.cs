namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>Waits where <c>await</c> is not allowed: in methods with pointers.</summary>
static class Synchronous
{
    public static T Now<T>(this Task<T> task) => task.GetAwaiter().GetResult();

    public static T Now<T>(this ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    public static void Now(this ValueTask task) => task.AsTask().GetAwaiter().GetResult();
}
