using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

/// <summary>Texts that are almost SQL: a parser may refuse them, with a place in the text, and nothing else.</summary>
public sealed class MutationTests
{
    private const int Seed = 20_240_131;
    private const int Iterations = 10_000;

    [Fact]
    public void Mutated_statements_parse_or_are_refused_with_a_position()
    {
        Random random = new(Seed);
        string[][] corpus = [.. SqlCorpus.All.Select(Cut)];
        string[] words = [.. corpus.SelectMany(tokens => tokens).Distinct()];
        for (int i = 0; i < Iterations; i++)
        {
            List<string> tokens = [.. corpus[random.Next(corpus.Length)]];
            int changes = random.Next(1, 4);
            for (int change = 0; change < changes; change++) Mutate(tokens, corpus, words, random);
            Check(string.Join(random.Next(8) == 0 ? "" : " ", tokens));
        }
    }

    [Fact]
    public void Mutated_characters_parse_or_are_refused_with_a_position()
    {
        Random random = new(Seed + 1);
        const string characters = "'\"\\$()[]{};:,.+-*/<>=~!@#%^&|`?_ \n\t09azAZeExXuU\u00e9\u4e2d\ud83d\ude00\0\uFEFF";
        for (int i = 0; i < Iterations; i++)
        {
            List<char> text = [.. SqlCorpus.All[random.Next(SqlCorpus.All.Count)]];
            int changes = random.Next(1, 6);
            for (int change = 0; change < changes; change++)
            {
                int at = random.Next(text.Count + 1);
                char unit = characters[random.Next(characters.Length)];
                int kind = random.Next(3);
                if (kind == 0 || at == text.Count) text.Insert(at, unit);
                else if (kind == 1) text.RemoveAt(at);
                else text[at] = unit;
            }
            Check(new string([.. text]));
        }
    }

    private static string[] Cut(string sql) =>
        [.. Lexer.Tokenize(sql).SkipLast(1).Select(token => sql.Substring(token.Start, token.Length))];

    private static void Mutate(List<string> tokens, string[][] corpus, string[] words, Random random)
    {
        int at = random.Next(tokens.Count + 1);
        int other = random.Next(tokens.Count + 1);
        switch (random.Next(6))
        {
            case 0 when at < tokens.Count: tokens.RemoveAt(at); break;
            case 1: tokens.Insert(at, words[random.Next(words.Length)]); break;
            case 2 when at < tokens.Count: tokens[at] = words[random.Next(words.Length)]; break;
            case 3 when at < tokens.Count && other < tokens.Count:
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
            case 4:
            {
                string[] donor = corpus[random.Next(corpus.Length)];
                int start = random.Next(donor.Length);
                tokens.InsertRange(at, donor.AsSpan(start, random.Next(donor.Length - start)).ToArray());
                break;
            }
            case 5: tokens.RemoveRange(Math.Min(at, other), Math.Abs(at - other)); break;
        }
        if (tokens.Count > 400) tokens.RemoveRange(400, tokens.Count - 400);
    }

    private static void Check(string sql)
    {
        IReadOnlyList<Statement> statements;
        try
        {
            statements = Parser.ParseStatements(sql);
        }
        catch (QueryException error)
        {
            Assert.InRange(error.Position, 0, sql.Length);
            return;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.GetType().Name} {error.Message} for: {sql}", error);
        }
        foreach (Statement statement in statements)
        {
            string printed = SqlWriter.Write(statement);
            Statement? again = null;
            Exception? failure = Record.Exception(() => again = Parser.ParseStatement(printed));
            Assert.True(failure is null && statement == again, $"{failure?.Message}\n{sql}\n{printed}");
        }
    }
}
