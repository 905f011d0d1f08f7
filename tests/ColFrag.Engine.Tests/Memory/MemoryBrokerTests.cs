using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Tests.Memory;

/// <summary>Who is asked to spill when memory is short, and that every byte is counted once.</summary>
public sealed class MemoryBrokerTests
{
    [Fact]
    public void A_buffer_freed_after_its_account_was_closed_gives_back_nothing_more()
    {
        MemoryBroker broker = new(1 << 20);
        MemoryAccount account = broker.CreateAccount("closed");
        using MemoryAccount other = broker.CreateAccount("other");
        NativeBuffer first = NativeBuffer.Allocate(1000, account);
        NativeBuffer second = NativeBuffer.Allocate(1000, account);
        other.Reserve(500);
        account.Dispose();
        Assert.Equal(500, broker.UsedBytes);
        first.Release();
        account.Dispose();
        second.Release();
        account.Dispose();
        Assert.Equal(500, broker.UsedBytes);
        Assert.Equal(0, account.UsedBytes);
    }

    [Fact]
    public void What_a_closed_account_takes_counts_for_nobody()
    {
        MemoryBroker broker = new(1 << 20);
        MemoryAccount account = broker.CreateAccount("closed");
        account.Dispose();
        NativeBuffer late = NativeBuffer.Allocate(1000, account);
        Assert.Equal(0, broker.UsedBytes);
        late.Release();
        Assert.Equal(0, broker.UsedBytes);
    }

    [Fact]
    public void Bytes_left_in_a_closed_account_are_told()
    {
        MemoryBroker broker = new(1 << 20);
        MemoryAccount account = broker.CreateAccount("forgetful");
        account.Reserve(300);
        account.Dispose();
        Assert.Equal(300, broker.AbandonedBytes);
        Assert.Equal(0, broker.UsedBytes);
        Assert.Equal(0, broker.AccountCount);
    }

    [Fact]
    public void Those_who_can_spill_leave_an_eighth_to_those_who_cannot()
    {
        MemoryBroker broker = new(8000);
        using MemoryAccount spillable = broker.CreateAccount("spillable", query: "q");
        spillable.IsSpillable = true;
        spillable.Reserve(6500);
        Assert.True(spillable.TryIntend(500));
        Assert.False(spillable.TryIntend(501));
        using MemoryAccount fixedNeed = broker.CreateAccount("index", query: "q");
        fixedNeed.Reserve(1500);
    }

    [Fact]
    public void The_largest_account_of_the_query_is_asked_first()
    {
        MemoryBroker broker = new(1 << 20);
        using MemoryAccount small = Spillable(broker, "q", 100 << 10);
        using MemoryAccount large = Spillable(broker, "q", 300 << 10);
        using MemoryAccount foreign = Spillable(broker, "other", 500 << 10);
        // The large one makes room for it, so the asker goes on.
        Assert.True(small.TryIntend(60 << 10));
        Assert.True(large.SpillRequested);
        Assert.False(foreign.SpillRequested);
        Assert.False(small.SpillRequested);
    }

    [Fact]
    public void The_asker_must_spill_where_it_is_the_largest()
    {
        MemoryBroker broker = new(1 << 20);
        using MemoryAccount small = Spillable(broker, "q", 300 << 10);
        using MemoryAccount large = Spillable(broker, "q", 600 << 10);
        Assert.False(large.TryIntend(60 << 10));
        Assert.False(small.SpillRequested);
    }

    [Fact]
    public void Accounts_of_other_queries_are_asked_when_those_of_the_own_are_not_enough()
    {
        MemoryBroker broker = new(1 << 20);
        using MemoryAccount foreign = Spillable(broker, "other", 900 << 10);
        using MemoryAccount own = broker.CreateAccount("index", query: "q");
        Assert.Throws<QueryException>(() => own.Reserve(400 << 10));
        Assert.True(foreign.SpillRequested);
    }

    [Fact]
    public void Caches_are_shrunk_before_anybody_spills()
    {
        MemoryBroker broker = new(1 << 20);
        using MemoryAccount cache = broker.CreateAccount("cache");
        cache.Reserve(600 << 10);
        broker.ShrinkCaches = wanted =>
        {
            long freed = Math.Min(wanted, cache.UsedBytes);
            cache.Release(freed);
            return freed;
        };
        using MemoryAccount own = Spillable(broker, "q", 300 << 10);
        Assert.True(own.TryIntend(400 << 10));
        Assert.False(own.SpillRequested);
        Assert.True(cache.UsedBytes < 600 << 10);
    }

    [Fact]
    public void What_spilling_needs_is_had_past_the_limit()
    {
        MemoryBroker broker = new(10_000);
        using MemoryAccount full = broker.CreateAccount("full", query: "q");
        full.Reserve(10_000);
        using MemoryAccount spilling = broker.CreateAccount("spilling", "q", mayExceed: true);
        spilling.Reserve(1000);
        Assert.Equal(11_000, broker.UsedBytes);
        Assert.Throws<QueryException>(() => full.Reserve(1));
    }

    private static MemoryAccount Spillable(MemoryBroker broker, string query, long bytes)
    {
        MemoryAccount account = broker.CreateAccount("rows", query);
        account.IsSpillable = true;
        account.Reserve(bytes);
        return account;
    }
}
