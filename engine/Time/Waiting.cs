namespace ColFrag.Engine.Time;

/// <summary>
/// Waiting for tasks in code that a simulation runs. What the platform offers for this (WaitAsync, WhenAny, WhenAll
/// over completion sources) hands the news to the thread pool first; here every step goes through the caller's own
/// context, so that there is one order of everything and a seed can repeat it.
/// </summary>
internal static class Waiting
{
    private const ConfigureAwaitOptions Quietly =
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    /// <summary>Ends when the task has ended, whichever way; never fails.</summary>
    public static async Task EndedAsync(this Task task) => await task.ConfigureAwait(Quietly);

    /// <summary>Ends with the task, or fails as cancelled before; the task itself goes on.</summary>
    public static Task OrCanceledAsync(this Task task, CancellationToken cancellationToken) =>
        task.IsCompleted || !cancellationToken.CanBeCanceled ? task : WaitAsync(task, cancellationToken);

    /// <summary>Ends with the task, or fails as cancelled before; the task itself goes on.</summary>
    public static async Task<T> OrCanceledAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        await OrCanceledAsync((Task)task, cancellationToken);
        return await task;
    }

    /// <summary>The first of some tasks that has ended, whichever way; in their order where several have.</summary>
    public static async Task<Task> FirstAsync(params IReadOnlyList<Task> tasks)
    {
        foreach (Task task in tasks)
        {
            if (task.IsCompleted) return task;
        }
        TaskCompletionSource<Task> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (Task task in tasks) _ = TellAsync(task, first);
        return await first.Task;
    }

    /// <summary>Ends when all have ended; fails with the first error in their order.</summary>
    public static async Task AllAsync(IEnumerable<Task> tasks)
    {
        Task[] all = [.. tasks];
        foreach (Task task in all) await task.ConfigureAwait(Quietly);
        ThrowFirst(all);
    }

    /// <summary>Ends when all have ended, with what each gave; fails with the first error in their order.</summary>
    public static async Task<T[]> AllAsync<T>(IEnumerable<Task<T>> tasks)
    {
        Task<T>[] all = [.. tasks];
        foreach (Task<T> task in all) await ((Task)task).ConfigureAwait(Quietly);
        ThrowFirst(all);
        return [.. all.Select(static task => task.Result)];
    }

    /// <summary>An error says more than that something was cancelled because of it.</summary>
    private static void ThrowFirst(Task[] ended)
    {
        Task? failed = ended.FirstOrDefault(static task => task.IsFaulted)
            ?? ended.FirstOrDefault(static task => task.IsCanceled);
        failed?.GetAwaiter().GetResult();
    }

    private static async Task WaitAsync(Task task, CancellationToken cancellationToken)
    {
        TaskCompletionSource<Task> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = TellAsync(task, first);
        using (cancellationToken.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource<Task>)source!).TrySetCanceled(token), first))
        {
            await first.Task;
        }
        await task;
    }

    private static async Task TellAsync(Task task, TaskCompletionSource<Task> first)
    {
        await task.ConfigureAwait(Quietly);
        first.TrySetResult(task);
    }
}
