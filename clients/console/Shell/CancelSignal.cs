using System.Runtime.InteropServices;

namespace ColFrag.Console.Shell;

/// <summary>
/// Control-C while a statement runs: the first asks it to stop, the third in a row ends the process, for the case that
/// stopping itself hangs.
/// </summary>
sealed class CancelSignal : IDisposable
{
    private const int Patience = 3;
    private const int ExitCodeInterrupted = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _registration;
    private int _count;

    private CancelSignal() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

    /// <summary>Listens until disposed.</summary>
    public static CancelSignal Begin() => new();

    public CancellationToken Token => _source.Token;

    public bool IsRaised => _source.IsCancellationRequested;

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) >= Patience) Environment.Exit(ExitCodeInterrupted);
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The statement ended at the same moment.
        }
    }
}
