using System.Text;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

public sealed unsafe class TextTableTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(3_000)]
    [InlineData(60_000)]
    public void Many_texts_at_once_have_the_numbers_that_one_by_one_gives(int distinct)
    {
        using TextTable table = new(MemoryAccount.Untracked);
        Dictionary<string, uint> numbers = [];
        for (int round = 0; round < 2; round++)
        {
            Random random = new(distinct);
            for (int batch = 0; batch < 60; batch++)
            {
                string?[] texts = [.. Enumerable.Range(0, 1 + random.Next(Batch.MaxRows)).Select(_ =>
                    random.Next(9) == 0 ? null : Text(random.Next(distinct)))];
                uint[] found = Add(table, texts);
                for (int i = 0; i < texts.Length; i++)
                {
                    if (texts[i] is not { } text)
                    {
                        Assert.Equal(0u, found[i]);
                        continue;
                    }
                    uint number = (uint)numbers.Count + 1;
                    if (!numbers.TryAdd(text, number)) number = numbers[text];
                    Assert.Equal(number, found[i]);
                    Assert.Equal(text, Encoding.UTF8.GetString(table[number].Span));
                }
            }
            Assert.Equal(numbers.Count, table.Count);
            table.Reset();
            numbers.Clear();
        }
    }

    [Fact]
    public void The_empty_text_has_one_number_wherever_it_comes()
    {
        using TextTable table = new(MemoryAccount.Untracked);
        for (int round = 0; round < 3; round++)
        {
            Random random = new(round);
            Dictionary<string, uint> numbers = [];
            for (int batch = 0; batch < 20; batch++)
            {
                string?[] texts = [.. Enumerable.Range(0, 1 + random.Next(500)).Select(_ => random.Next(4) switch
                {
                    0 => null, 1 => Text(random.Next(300)), _ => batch > round * 5 ? "" : Text(7),
                })];
                uint[] found = Add(table, texts);
                for (int i = 0; i < texts.Length; i++)
                {
                    if (texts[i] is not { } text) Assert.Equal(0u, found[i]);
                    else if (!numbers.TryAdd(text, found[i])) Assert.Equal(numbers[text], found[i]);
                }
            }
            Assert.Equal(Enumerable.Range(1, table.Count), numbers.Values.Select(n => (int)n).Order());
            Assert.Equal(numbers[""], table.Add(default));
            table.Reset();
        }
    }

    [Fact]
    public void Texts_that_are_only_kept_have_numbers_of_their_own_until_the_next_reset()
    {
        using TextTable table = new(MemoryAccount.Untracked);
        table.Reset(appends: true);
        string?[] texts = [.. Enumerable.Range(0, 2_000).Select(i => i % 7 == 0 ? null : Text(i % 5))];
        uint next = 0;
        foreach ((string? text, uint number) in texts.Zip(Add(table, texts)))
        {
            Assert.Equal(text is null ? 0 : ++next, number);
            if (text is not null) Assert.Equal(text, Encoding.UTF8.GetString(table[number].Span));
        }
        table.Reset();
        Add(table, texts);
        Assert.Equal(5, table.Count);
    }

    private static string Text(int i) => i % 3 == 0 ? $"{i}" : $"a longer text that ends in {i}";

    private static uint[] Add(TextTable table, string?[] texts)
    {
        uint[] numbers = new uint[texts.Length];
        using Arena arena = new(MemoryAccount.Untracked);
        Utf8View[] views = new Utf8View[texts.Length];
        ulong[] validity = new ulong[(texts.Length + 63) / 64];
        for (int i = 0; i < texts.Length; i++)
        {
            if (texts[i] is not { } text) continue;
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            views[i] = new Utf8View(arena.Copy(bytes), bytes.Length);
            validity[i >> 6] |= 1UL << i;
        }
        fixed (Utf8View* first = views)
        fixed (ulong* words = validity)
        fixed (uint* target = numbers)
        {
            table.AddAll(first, words, texts.Length, target);
        }
        return numbers;
    }
}
