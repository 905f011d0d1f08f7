using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Coordinator.Gathering;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>When a piece of a query counts as late.</summary>
public sealed class HedgeTimerTests
{
    private static readonly HedgeOptions s_options = new();
    private readonly ManualClock _clock = new();
    private readonly TaskCompletionSource _answered = new();

    [Fact]
    public async Task Whoever_has_not_begun_after_a_moment_is_late()
    {
        Task late = Watch(pieceCount: 1);
        _clock.Advance(s_options.Silence - TimeSpan.FromMilliseconds(1));
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await late.WaitAsync(TestNodes.Patience);
    }

    [Fact]
    public async Task Whoever_has_begun_is_late_only_when_half_of_all_were_there_long_ago()
    {
        HedgeTimer timer = new(_clock, 4, s_options);
        _answered.SetResult();
        Task late = timer.WhenLateAsync(_answered.Task, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(10));
        timer.Complete();
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(late.IsCompleted);
        // It took the first two so long; three times that is long.
        timer.Complete();
        await TestNodes.Until(() => _clock.WaitingCount > 0);
        _clock.Advance(TimeSpan.FromMinutes(20));
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await late.WaitAsync(TestNodes.Patience);
    }

    [Fact]
    public async Task Nobody_is_late_any_more_when_nobody_asks()
    {
        using CancellationTokenSource over = new();
        Task late = new HedgeTimer(_clock, 1, s_options).WhenLateAsync(_answered.Task, over.Token);
        over.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late.WaitAsync(TestNodes.Patience));
    }

    private Task Watch(int pieceCount) =>
        new HedgeTimer(_clock, pieceCount, s_options).WhenLateAsync(_answered.Task, CancellationToken.None);
}
