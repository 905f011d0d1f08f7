using System.Text.RegularExpressions;

namespace ColFrag.Sql.Tests.Fuzzing;

/// <summary>
/// Damages statements word by word: words are dropped, doubled, swapped, replaced by words of other statements or by
/// values at limits, and halves of two statements are put together.
/// </summary>
sealed partial class StatementMutator
{
    private static readonly string[] s_values =
    [
        "NULL", "0", "-1", "1", "2147483647", "-2147483648", "9223372036854775807", "9223372036854775808", "1e308",
        "99999999999999999999999999999999999999", "'NaN'::double precision", "''", "'\u00e4\U0001f600'", "'%'", "TRUE",
        "DATE '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59'", "INTERVAL '1000000 years'", "(SELECT 1)",
        "(SELECT NULL)", "*", "DEFAULT", "count(*)", "t.*", "$1", "CAST(NULL AS TEXT)", "1::smallint", "0.0000001",
    ];

    private readonly Random _random;
    private readonly string[] _statements;
    private readonly string[] _words;

    public StatementMutator(Random random, IEnumerable<string> statements)
    {
        _random = random;
        _statements = [.. statements];
        _words = [.. _statements.SelectMany(Split).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>A statement with a few damages.</summary>
    public string Next()
    {
        List<string> words = [.. Split(AnyStatement())];
        int damages = 1 + _random.Next(4);
        for (int i = 0; i < damages && words.Count > 0; i++) Damage(words);
        string sql = string.Join(' ', words);
        if (_random.Next(30) == 0 && sql.Length > 0) sql = sql[.._random.Next(sql.Length)];
        return sql;
    }

    private void Damage(List<string> words)
    {
        int at = _random.Next(words.Count);
        switch (_random.Next(8))
        {
            case 0:
                words.RemoveAt(at);
                break;
            case 1:
                words.Insert(at, words[_random.Next(words.Count)]);
                break;
            case 2:
                int other = _random.Next(words.Count);
                (words[at], words[other]) = (words[other], words[at]);
                break;
            case 3 or 4:
                words[at] = _words[_random.Next(_words.Length)];
                break;
            case 5:
                words[at] = s_values[_random.Next(s_values.Length)];
                break;
            case 6:
                words.Insert(at, _words[_random.Next(_words.Length)]);
                break;
            default:
                string[] tail = [.. Split(AnyStatement())];
                words.RemoveRange(at, words.Count - at);
                words.AddRange(tail.Skip(_random.Next(tail.Length + 1)));
                break;
        }
    }

    private string AnyStatement() => _statements[_random.Next(_statements.Length)];

    private static IEnumerable<string> Split(string sql) => Word().Matches(sql).Select(m => m.Value);

    [GeneratedRegex("""'[^']*'|"[^"]*"|\w+|::|<=|>=|<>|\|\||\S""")]
    private static partial Regex Word();
}
