using ColFrag.Engine.Time;

namespace ColFrag.Coordinator.Gathering;

/// <summary>One way to get the rows of a piece: from the worker that was chosen, or from others besides.</summary>
/// <param name="stop">Ends it.</param>
internal sealed class PieceTry(CancellationTokenSource stop)
{
    /// <summary>Ends it; disposed of by whoever has its end.</summary>
    public CancellationTokenSource Stop => stop;

    /// <summary>Set when a worker has begun.</summary>
    public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The rows, all of them.</summary>
    public Task<List<GatheredPiece>> Pieces { get; set; } = Task.FromResult<List<GatheredPiece>>([]);

    /// <summary>Ends it where another one was first, and drops what it has.</summary>
    public async Task LeaveAsync()
    {
        stop.Cancel();
        await Pieces.EndedAsync();
        if (Pieces.IsCompletedSuccessfully)
        {
            foreach (GatheredPiece piece in await Pieces) piece.Buffer.Dispose();
        }
        stop.Dispose();
    }
}

/// <summary>The complete rows of a task.</summary>
/// <param name="Buffer">The rows.</param>
/// <param name="Share">What it read.</param>
/// <param name="Task">Its number.</param>
internal sealed record GatheredPiece(PieceBuffer Buffer, TaskShare Share, int Task);
