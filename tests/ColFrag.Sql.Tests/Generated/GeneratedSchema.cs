using System.Globalization;
using System.Text;

namespace ColFrag.Sql.Tests.Generated;

/// <summary>The kinds of values that generated statements use.</summary>
enum ValueKind
{
    Integer,
    BigInt,
    Decimal,
    Double,
    Text,
    Date,
    Boolean,
}

/// <summary>A column of a generated table, or of a relation in FROM.</summary>
sealed record GeneratedColumn(string Name, ValueKind Kind);

/// <summary>A generated table with its statements.</summary>
sealed record GeneratedTable(string Name, IReadOnlyList<GeneratedColumn> Columns, IReadOnlyList<string> Statements);

/// <summary>
/// Tables with few distinct values, so that joins and groups meet, and many NULLs. Doubles are quarters: their sums are
/// exact in any order.
/// </summary>
static class GeneratedSchema
{
    private static readonly string[] s_words = ["", "a", "b", "ab", "B", "abc", "zeta", "äö", "a%", "x_y"];

    /// <summary>Three tables, one of them empty now and then.</summary>
    public static IReadOnlyList<GeneratedTable> Create(Random random) =>
        [.. Enumerable.Range(0, 3).Select(i => CreateTable(random, $"t{i}"))];

    /// <summary>The name of a kind's type.</summary>
    public static string TypeName(ValueKind kind) => kind switch
    {
        ValueKind.Integer => "INTEGER",
        ValueKind.BigInt => "BIGINT",
        ValueKind.Decimal => "DECIMAL(10,2)",
        ValueKind.Double => "DOUBLE PRECISION",
        ValueKind.Text => "TEXT",
        ValueKind.Date => "DATE",
        _ => "BOOLEAN",
    };

    /// <summary>A constant of a kind.</summary>
    public static string Literal(Random random, ValueKind kind)
    {
        int small = random.Next(-3, 8);
        return kind switch
        {
            ValueKind.Integer => Number(small),
            ValueKind.BigInt => $"CAST({small * 1_000_000_007L} AS BIGINT)",
            ValueKind.Decimal => $"CAST({Number(small)}.{random.Next(4) * 25:00} AS DECIMAL(10,2))",
            ValueKind.Double => $"CAST({Quarter(random)} AS DOUBLE PRECISION)",
            ValueKind.Text => $"'{s_words[random.Next(s_words.Length)]}'",
            ValueKind.Date => $"DATE '2020-{random.Next(1, 4):00}-{random.Next(27, 30):00}'",
            _ => random.Next(2) == 0 ? "TRUE" : "FALSE",
        };
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quarter(Random random) =>
        (random.Next(-8, 20) * 0.25).ToString(CultureInfo.InvariantCulture);

    private static GeneratedTable CreateTable(Random random, string name)
    {
        List<GeneratedColumn> columns = [new("k", ValueKind.Integer)];
        int count = random.Next(2, 7);
        for (int i = 0; i < count; i++)
        {
            columns.Add(new($"c{i}", (ValueKind)random.Next(Enum.GetValues<ValueKind>().Length)));
        }
        string list = string.Join(", ", columns.Select(c => $"{c.Name} {TypeName(c.Kind)}"));
        List<string> statements = [$"CREATE TABLE {name} ({list})"];
        int rows = random.Next(8) == 0 ? 0 : random.Next(1, 130);
        // Several statements, so that a table has segments of several kinds.
        for (int done = 0; done < rows;)
        {
            int part = Math.Min(rows - done, random.Next(1, 90));
            statements.Add(Insert(random, name, columns, done, part));
            done += part;
        }
        if (rows > 4 && random.Next(3) == 0) statements.Add($"DELETE FROM {name} WHERE k % 5 = {random.Next(5)}");
        return new GeneratedTable(name, columns, statements);
    }

    private static string Insert(
        Random random, string name, List<GeneratedColumn> columns, int first, int count)
    {
        StringBuilder sql = new($"INSERT INTO {name} VALUES ");
        for (int row = 0; row < count; row++)
        {
            if (row > 0) sql.Append(", ");
            IEnumerable<string> values = columns.Skip(1)
                .Select(c => random.Next(5) == 0 ? "NULL" : Literal(random, c.Kind));
            sql.Append(CultureInfo.InvariantCulture, $"({first + row}, {string.Join(", ", values)})");
        }
        return sql.ToString();
    }
}
