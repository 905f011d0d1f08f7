using System.Numerics;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The rows of a batch by group, a mask for each, where there are few groups. Then going over all rows once for every
/// group, a register of rows at a time, costs less than going to the state of each row, which waits for the row before
/// where that has the same one. For one thread.
/// </summary>
internal sealed unsafe class GroupMasks : IDisposable
{
    /// <summary>More groups have no masks.</summary>
    public const int MostGroups = 8;

    /// <summary>Fewer rows are not worth the adding up of each group's sum.</summary>
    private const int FewestRows = 256;

    private const int WordsOfMask = Batch.MaxRows / 64;
    private readonly NativeBuffer _words;
    private readonly int[] _counts;
    private int _rows;

    /// <param name="filters">How many filters rows may have to pass, with the one that all pass.</param>
    /// <param name="account">Counts the memory.</param>
    public GroupMasks(int filters, MemoryAccount account)
    {
        _words = NativeBuffer.Allocate((long)filters * MostGroups * WordsOfMask * sizeof(ulong), account);
        _counts = new int[filters * MostGroups];
    }

    /// <summary>Number of groups, which count from 1.</summary>
    public int GroupCount { get; private set; }

    /// <summary>True where so many rows of so many groups are worth masks.</summary>
    public static bool AreWorth(int rows, int groups) =>
        Vector512.IsHardwareAccelerated && groups <= MostGroups && rows >= FewestRows;

    /// <summary>The rows of a group that pass a filter; bits behind the last row are 0.</summary>
    public ulong* Of(int filter, int group) =>
        (ulong*)_words.Pointer + ((((filter * MostGroups) + group) - 1) * WordsOfMask);

    /// <summary>How many rows of a group pass a filter.</summary>
    public int CountOf(int filter, int group) => _counts[(filter * MostGroups) + group - 1];

    /// <summary>Finds the masks of all rows, filter 0.</summary>
    public void Find(uint* groups, int count, int groupCount)
    {
        GroupCount = groupCount;
        _rows = count;
        int done = count & -64;
        for (int first = 0; first < done; first += 64)
        {
            Vector512<byte> numbers = Vector512.Narrow(
                Vector512.Narrow(Vector512.Load(groups + first), Vector512.Load(groups + first + 16)),
                Vector512.Narrow(Vector512.Load(groups + first + 32), Vector512.Load(groups + first + 48)));
            for (int g = 1; g <= groupCount; g++)
            {
                Vector512<byte> isOfGroup = Vector512.Equals(numbers, Vector512.Create((byte)g));
                Of(0, g)[first >> 6] = isOfGroup.ExtractMostSignificantBits();
            }
        }
        if (done < count)
        {
            for (int g = 1; g <= groupCount; g++) Of(0, g)[done >> 6] = 0;
            for (int i = done; i < count; i++) Of(0, (int)groups[i])[i >> 6] |= 1UL << i;
        }
        Count(0);
    }

    /// <summary>Finds the masks of the rows that pass another filter.</summary>
    public void Narrow(int filter, RowMask passing)
    {
        for (int g = 1; g <= GroupCount; g++)
        {
            ulong* from = Of(0, g), to = Of(filter, g);
            for (int w = 0; w < (_rows + 63) >> 6; w++) to[w] = from[w] & passing.Words[w];
        }
        Count(filter);
    }

    public void Dispose() => _words.Release();

    private void Count(int filter)
    {
        for (int g = 1; g <= GroupCount; g++)
        {
            int count = 0;
            ulong* words = Of(filter, g);
            for (int w = 0; w < (_rows + 63) >> 6; w++) count += BitOperations.PopCount(words[w]);
            _counts[(filter * MostGroups) + g - 1] = count;
        }
    }
}
