using ColFrag.Engine.Time;

namespace ColFrag.Engine.Tests.Execution;

public sealed class ThreadSchedulerTests
{
    [Fact]
    public void Every_piece_runs_once()
    {
        using ThreadScheduler scheduler = new(4);
        using CountdownEvent left = new(10_000);
        IWorkQueue[] queues = [.. Enumerable.Range(0, 7).Select(i => scheduler.CreateQueue($"q{i}"))];
        for (int i = 0; i < 10_000; i++) scheduler.Post(queues[i % 7], () => left.Signal());
        Assert.True(left.Wait(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_young_query_passes_a_long_one()
    {
        using ThreadScheduler scheduler = new(1);
        IWorkQueue old = scheduler.CreateQueue("old");
        IWorkQueue young = scheduler.CreateQueue("young");
        List<string> order = [];
        using ManualResetEventSlim begin = new();
        using CountdownEvent left = new(13);
        void Piece(string name, int milliseconds)
        {
            begin.Wait();
            Thread.Sleep(milliseconds);
            lock (order) order.Add(name);
            left.Signal();
        }
        for (int i = 0; i < 10; i++) scheduler.Post(old, () => Piece("old", 30));
        for (int i = 0; i < 3; i++) scheduler.Post(young, () => Piece("young", 1));
        begin.Set();
        Assert.True(left.Wait(TimeSpan.FromSeconds(30)));
        // The old query had its first piece; after that the young one is always further behind.
        Assert.Equal(["old", "young", "young", "young"], order.Take(4));
    }
}
