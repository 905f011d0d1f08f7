using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Time;

/// <summary>
/// Awaited first by what users call: from there on nothing comes back to the thread of their window, so that whoever
/// blocks it to wait for us is not waited for by us. The rest of the engine then needs no ConfigureAwait, and goes on
/// wherever its caller runs: on the thread pool in a program, on one thread in a simulation.
/// </summary>
/// <example><code>await NoContext.Enter;</code></example>
internal readonly struct NoContext : INotifyCompletion
{
    /// <summary>To be awaited.</summary>
    public static NoContext Enter => default;

    /// <summary>True where there is no context to leave.</summary>
    public bool IsCompleted =>
        SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default;

    /// <summary>The awaiter.</summary>
    public NoContext GetAwaiter() => this;

    /// <summary>Runs what follows without the context, and gives it back to the caller afterwards.</summary>
    public void OnCompleted(Action continuation)
    {
        if (TaskScheduler.Current != TaskScheduler.Default)
        {
            ThreadPool.QueueUserWorkItem(static next => next(), continuation, preferLocal: true);
            return;
        }
        SynchronizationContext? left = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            continuation();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(left);
        }
    }

    /// <summary>Nothing is given.</summary>
    public void GetResult()
    {
    }
}
