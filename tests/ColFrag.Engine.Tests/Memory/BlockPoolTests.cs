using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Tests.Memory;

/// <summary>Blocks go round, and what lies unused never stands in the way of who needs memory.</summary>
public sealed unsafe class BlockPoolTests
{
    [Theory]
    [InlineData(100, 100)]
    [InlineData(65_535, 65_535)]
    [InlineData(65_536, 65_536)]
    [InlineData(65_537, 73_728)]
    [InlineData(1_000_000, 1_048_576)]
    [InlineData(1_048_577, 1_179_648)]
    public void Sizes_are_steps_of_an_eighth(long bytes, long size) => Assert.Equal(size, BlockPool.SizeFor(bytes));

    [Fact]
    public void A_freed_block_is_given_out_again()
    {
        MemoryBroker broker = new(1 << 30);
        using MemoryAccount account = broker.CreateAccount("test");
        NativeBuffer first = NativeBuffer.Allocate(1 << 20, account);
        nint address = (nint)first.Pointer;
        first.Release();
        Assert.Equal(0, broker.UsedBytes);
        Assert.InRange(broker.Blocks.KeptBytes, 1 << 20, 2 << 20);
        NativeBuffer second = NativeBuffer.Allocate((1 << 20) + 100, account);
        Assert.Equal(address, (nint)second.Pointer);
        Assert.Equal(0, broker.Blocks.KeptBytes);
        second.Release();
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(100 << 20)]
    public void A_closed_broker_keeps_no_blocks(int bytes)
    {
        MemoryBroker broker = new(4L << 30);
        using MemoryAccount account = broker.CreateAccount("test");
        NativeBuffer before = NativeBuffer.Allocate(bytes, account), after = NativeBuffer.Allocate(bytes, account);
        before.Release();
        Assert.NotEqual(0, broker.Blocks.KeptBytes);
        broker.Close();
        Assert.Equal(0, broker.Blocks.KeptBytes);
        // Whoever ends late frees what is his.
        after.Release();
        Assert.Equal(0, broker.Blocks.KeptBytes);
    }

    [Fact]
    public void Unused_blocks_are_freed_before_a_reservation_is_refused()
    {
        MemoryBroker broker = new(16 << 20);
        using MemoryAccount account = broker.CreateAccount("test");
        NativeBuffer.Allocate(1 << 20, account).Release();
        Assert.NotEqual(0, broker.Blocks.KeptBytes);
        NativeBuffer large = NativeBuffer.Allocate(15 << 20, account);
        Assert.Equal(0, broker.Blocks.KeptBytes);
        Assert.Throws<QueryException>(() => NativeBuffer.Allocate(2 << 20, account));
        large.Release();
    }

    [Fact]
    public void No_more_is_kept_than_an_eighth_of_the_limit()
    {
        MemoryBroker broker = new(16 << 20);
        using MemoryAccount account = broker.CreateAccount("test");
        NativeBuffer[] buffers = [.. Enumerable.Range(0, 8).Select(_ => NativeBuffer.Allocate(1 << 20, account))];
        foreach (NativeBuffer buffer in buffers) buffer.Release();
        Assert.InRange(broker.Blocks.KeptBytes, 1, 2 << 20);
    }

    [Fact]
    public void What_lies_unused_makes_room_for_blocks_of_other_sizes()
    {
        BlockPool pool = new(1 << 30);
        byte* large = pool.Take(64 << 20);
        pool.Give(large, 64 << 20);
        byte*[] small = [pool.Take(16 << 20), pool.Take(16 << 20)];
        // 64 MiB were in use at most, so that at most 80 are held: the unused block of that size is gone by now.
        Assert.Equal(0, pool.KeptBytes);
        foreach (byte* block in small) pool.Give(block, 16 << 20);
        byte* medium = pool.Take(32 << 20);
        Assert.Equal(32 << 20, pool.KeptBytes);
        pool.Give(medium, 32 << 20);
        pool.Close(trimsAllocator: false);
    }
}
