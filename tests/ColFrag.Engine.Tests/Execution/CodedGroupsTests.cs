using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

public sealed unsafe class CodedGroupsTests
{
    [Fact]
    public void Groups_are_those_that_were_learned_for_the_same_codes()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        VectorDictionary flags = DictionaryOf(["A", "N", "R"], arena), states = DictionaryOf(["F", "O"], arena);
        using CodedGroups coded = new(2, MemoryAccount.Untracked);
        uint* groups = stackalloc uint[200];
        using ColumnVector first = Codes(flags, 200, i => i % 3), second = Codes(states, 200, i => i % 2);
        Assert.False(coded.TryFind([first, second], 200, groups));
        for (int i = 0; i < 200; i++) groups[i] = (uint)(1 + (i % 6));
        coded.Learn(groups, 200);
        uint* found = stackalloc uint[200];
        Assert.True(coded.TryFind([first, second], 200, found));
        for (int i = 0; i < 200; i++) Assert.Equal(groups[i], found[i]);

        // Other dictionaries are other codes, and so is everything after a reset.
        VectorDictionary others = DictionaryOf(["F", "O"], arena);
        using ColumnVector third = Codes(others, 200, i => i % 2);
        Assert.False(coded.TryFind([first, third], 200, found));
        Assert.False(coded.TryFind([first, second], 200, found));
        coded.Learn(groups, 200);
        Assert.True(coded.TryFind([first, second], 200, found));
        coded.Reset();
        Assert.False(coded.TryFind([first, second], 200, found));
    }

    [Fact]
    public void Keys_that_are_no_codes_of_few_values_are_left_to_others()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        VectorDictionary many = DictionaryOf([.. Enumerable.Range(0, 200).Select(i => $"{i:000}")], arena);
        using CodedGroups coded = new(2, MemoryAccount.Untracked);
        uint* groups = stackalloc uint[10];
        new Span<uint>(groups, 10).Fill(1);
        using ColumnVector first = Codes(many, 10, i => i), second = Codes(many, 10, i => i);
        Assert.False(coded.TryFind([first, second], 10, groups));
        coded.Learn(groups, 10);
        Assert.False(coded.TryFind([first, second], 10, groups));
        VectorDictionary few = DictionaryOf(["a", "b"], arena);
        using ColumnVector nulls = Codes(few, 10, i => i % 2);
        nulls.SetNull(3);
        Assert.False(coded.TryFind([nulls, nulls], 10, groups));
        coded.Learn(groups, 10);
        Assert.False(coded.TryFind([nulls, nulls], 10, groups));
    }

    private static VectorDictionary DictionaryOf(string[] texts, Arena arena)
    {
        ColumnVector values = new(LogicalType.Varchar);
        VectorBuilder.Build(values, [.. texts.Select(Value.Text)], arena);
        return new VectorDictionary(values, isSorted: true);
    }

    private static ColumnVector Codes(VectorDictionary dictionary, int count, Func<int, int> code)
    {
        ColumnVector vector = new(LogicalType.Varchar);
        vector.ResetDictionary(PhysicalType.UInt8, dictionary);
        vector.Count = count;
        for (int i = 0; i < count; i++) vector.Data[i] = (byte)code(i);
        return vector;
    }
}
