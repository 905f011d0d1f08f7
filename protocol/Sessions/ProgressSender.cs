using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Sessions;

/// <summary>
/// Tells a client how far its statement is. Threads of the query report and go on: while one report is on its way, only
/// the newest of those behind it is kept, so that a client that does not read holds nobody up.
/// </summary>
internal sealed class ProgressSender(RpcCall call) : IProgress<StatementProgress>
{
    private readonly Lock _lock = new();
    private StatementProgress? _next;
    private Task? _sending;
    private bool _isEnded;

    /// <inheritdoc/>
    public void Report(StatementProgress value)
    {
        lock (_lock)
        {
            if (_isEnded) return;
            _next = value;
            _sending ??= SendAsync();
        }
    }

    /// <summary>Waits for what is on its way: nothing may follow the statement's reply.</summary>
    public async Task EndAsync()
    {
        Task? sending;
        lock (_lock)
        {
            _isEnded = true;
            sending = _sending;
        }
        if (sending is not null) await sending;
    }

    private async Task SendAsync()
    {
        // The thread that reports has other work.
        await Task.Yield();
        try
        {
            while (TakeNext() is { } next)
            {
                await call.SendAsync(
                    new ProgressReport(next.RowsRead, next.RowsTotal, next.PiecesRead, next.PiecesTotal));
            }
        }
        catch (Exception error) when (error is ColFragException or OperationCanceledException)
        {
            // The client is gone, or has stopped the call: nobody wants to know.
            lock (_lock) _isEnded = true;
        }
    }

    private StatementProgress? TakeNext()
    {
        lock (_lock)
        {
            StatementProgress? next = _next;
            _next = null;
            if (next is null) _sending = null;
            return next;
        }
    }
}
