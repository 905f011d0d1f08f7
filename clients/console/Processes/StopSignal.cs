using System.Runtime.InteropServices;

namespace ColFrag.Console.Processes;

/// <summary>Control-C, SIGTERM and SIGHUP as a wish to stop in order; a second one ends the process at once.</summary>
sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignal()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        foreach (PosixSignal signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(
                signal, context => context.Cancel = _wanted.TrySetResult()));
        }
    }

    /// <summary>Waits for the signal.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _wanted.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop in another way.
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
