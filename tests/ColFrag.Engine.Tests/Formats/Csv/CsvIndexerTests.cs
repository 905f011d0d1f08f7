using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Tests.Formats.Csv;

/// <summary>Where fields end: 64 bytes at a time must say what one byte at a time says.</summary>
public sealed unsafe class CsvIndexerTests
{
    public static TheoryData<string, string, string, string> Dialects => new()
    {
        { ",", "\"", "\"", "a,\"\n" },
        { ",", "\"", "\"", "ab,\"\r\n " },
        { ";", "'", "\\", "ab;'\\\r\n" },
        { ",", "", "", "a,\"\n" },
        { ",", "\"", "", "a,\"\n" },
        { ",", "\"", "\\", "aaaa,,\"\"\\\n" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Vector_equals_scalar_from_any_state_and_cut_anywhere(
        string delimiter, string quote, string escape, string alphabet)
    {
        Random random = new(7);
        CsvDialect dialect = new()
        {
            Delimiter = [(byte)delimiter[0]], Quote = quote.Length == 0 ? -1 : quote[0], Escape = escape.Length == 0
                ? -1 : escape[0],
        };
        using CsvIndex expected = new(MemoryAccount.Untracked), actual = new(MemoryAccount.Untracked);
        for (int round = 0; round < 3_000; round++)
        {
            // Long stretches without quotes and dense ones take different paths.
            int length = random.Next(0, 700);
            int density = random.Next(1, 40);
            byte[] text = new byte[length + 64];
            for (int i = 0; i < length; i++)
                text[i] = (byte)(random.Next(density) == 0 ? alphabet[random.Next(alphabet.Length)] : alphabet[0]);
            CsvState[] starts =
                [CsvState.RowStart, CsvState.FieldStart, CsvState.Unquoted, CsvState.Quoted, CsvState.AfterQuote];
            CsvState start = quote.Length == 0 ? starts[random.Next(3)] : starts[random.Next(starts.Length)];
            int cut = random.Next(length + 1);
            fixed (byte* data = text)
            {
                expected.Begin(0, 16);
                CsvState expectedMiddle = CsvIndexer.RunScalar(data, 0, cut, start, dialect, expected);
                CsvState expectedEnd = CsvIndexer.RunScalar(data, cut, length, expectedMiddle, dialect, expected);
                actual.Begin(0, 16);
                CsvState middle = CsvIndexer.Run(data, 0, cut, start, dialect, actual);
                CsvState actualEnd = CsvIndexer.Run(data, cut, length, middle, dialect, actual);
                Assert.Equal(expectedEnd, actualEnd);
                Assert.Equal(new ReadOnlySpan<int>(expected.Ends, expected.EndCount),
                    new ReadOnlySpan<int>(actual.Ends, actual.EndCount));
                Assert.Equal(new ReadOnlySpan<int>(expected.RowEnds, expected.RowCount),
                    new ReadOnlySpan<int>(actual.RowEnds, actual.RowCount));
                // Saying that there may be escapes where there are none costs time only.
                Assert.True(actual.MayHaveEscapes || !expected.MayHaveEscapes);
            }
        }
    }

    [Fact]
    public void A_quote_inside_of_an_unquoted_field_means_itself()
    {
        Assert.Equal(["a", "b\"c,d", "e"], Fields("a,\"b\"\"c,d\",e\n", unquotes: true));
        Assert.Equal(["5\" disk", "6"], Fields("5\" disk,6\n", unquotes: false));
        Assert.Equal(["x\"y", "z\"w"], Fields("x\"y,z\"w\n", unquotes: false));
    }

    private static List<string> Fields(string line, bool unquotes)
    {
        using CsvIndex index = new(MemoryAccount.Untracked);
        byte[] text = [.. System.Text.Encoding.UTF8.GetBytes(line), .. new byte[64]];
        List<string> fields = [];
        fixed (byte* data = text)
        {
            index.Begin(0, 16);
            CsvIndexer.Run(data, 0, line.Length, CsvState.RowStart, new CsvDialect(), index);
            for (int i = 0; i < index.EndCount; i++)
            {
                string field = line[(index.Ends[i - 1] + 1)..index.Ends[i]];
                fields.Add(unquotes && field.StartsWith('"')
                    ? field[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : field);
            }
        }
        return fields;
    }
}
