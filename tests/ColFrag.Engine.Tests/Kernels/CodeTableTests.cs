using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class CodeTableTests
{
    [Fact]
    public void A_look_up_gives_the_value_of_each_code_in_tables_of_every_size_and_lane()
    {
        foreach (int size in (int[])[1, 2, 63, 64, 65, 127, 128, 129, 200, 255, 256])
        {
            foreach (int count in (int[])[0, 1, 63, 64, 65, 128, 191, 2048])
            {
                CheckBytes<byte>(size, count);
                CheckBytes<ushort>(size, count);
                CheckBytes<uint>(size, count);
                CheckBytes<ulong>(size, count);
            }
        }
    }

    [Fact]
    public void Tables_above_a_byte_are_asked_by_wider_codes()
    {
        CheckWide<uint>(257, 1000);
        CheckWide<ulong>(70_000, 1000);
        Assert.False(new CodeTable<ulong>(new ulong[257]).TakesBytes);
        Assert.True(new CodeTable<ulong>(new ulong[256]).TakesBytes);
    }

    private static void CheckBytes<T>(int size, int count) where T : unmanaged
    {
        T[] values = Values<T>(size);
        Random random = new(size + count);
        using Padded<byte> codes = new(count, _ => (byte)random.Next(size));
        using Padded<T> target = new(count);
        new CodeTable<T>(values).Gather(codes.Pointer, count, target.Pointer);
        Assert.Equal([.. codes.ToArray().Select(c => values[c])], target.ToArray());
        CheckWide<T>(size, count);
    }

    private static void CheckWide<T>(int size, int count) where T : unmanaged
    {
        T[] values = Values<T>(size);
        Random random = new(size + count);
        using Padded<uint> codes = new(count, _ => (uint)random.Next(size));
        using Padded<T> target = new(count);
        new CodeTable<T>(values).Gather(codes.Pointer, count, target.Pointer);
        Assert.Equal([.. codes.ToArray().Select(c => values[c])], target.ToArray());
    }

    private static T[] Values<T>(int size) where T : unmanaged
    {
        using Padded<T> values = Padded<T>.Random(size, seed: size);
        return values.ToArray();
    }
}
