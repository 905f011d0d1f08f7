using ColFrag.Engine.Execution;

namespace ColFrag.Protocol.Rpc;

/// <summary>Waits for a signal of the engine in asynchronous code.</summary>
internal static class SignalTask
{
    /// <summary>Ends when the signal is set.</summary>
    public static Task WaitAsync(this Signal signal, CancellationToken cancellationToken = default)
    {
        Waiter waiter = new();
        signal.Subscribe(waiter);
        return cancellationToken.CanBeCanceled ? WaitAsync(waiter, cancellationToken) : waiter.Task;
    }

    private static async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(
            static (waiter, token) => ((Waiter)waiter!).GiveUp(token), waiter))
        {
            await waiter.Task;
        }
    }

    private sealed class Waiter : IWaiter
    {
        // The code that waited must not run on the thread that sets the signal, which has frames to receive.
        private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _source.Task;

        public void Wake() => _source.TrySetResult();

        public void GiveUp(CancellationToken token) => _source.TrySetCanceled(token);
    }
}
