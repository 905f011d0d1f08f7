using System.Reflection;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

public sealed class RoundTripTests
{
    public static TheoryData<string> Statements => [.. SqlCorpus.All];

    [Theory]
    [MemberData(nameof(Statements))]
    public void What_is_printed_parses_to_an_equal_tree(string sql)
    {
        Statement tree = Parser.ParseStatement(sql);
        string printed = SqlWriter.Write(tree);
        Statement again;
        try
        {
            again = Parser.ParseStatement(printed);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.Message} in: {printed}", error);
        }
        Assert.True(tree == again, $"{printed}\n{tree}\n{again}");
        Assert.Equal(tree.GetHashCode(), again.GetHashCode());
        Assert.Equal(printed, SqlWriter.Write(again));
    }

    [Fact]
    public void The_corpus_has_a_node_of_every_kind()
    {
        HashSet<Type> seen = [.. SqlCorpus.All.SelectMany(Nodes).Select(node => node.GetType())];
        IEnumerable<string> missing = typeof(SyntaxNode).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(SyntaxNode)) && !type.IsAbstract && !seen.Contains(type))
            .Where(type => type.Namespace == typeof(SyntaxNode).Namespace)
            .Select(type => type.Name);
        Assert.Empty(missing);
    }

    [Fact]
    public void Children_are_all_the_nodes_that_a_record_holds()
    {
        foreach (SyntaxNode node in SqlCorpus.All.SelectMany(Nodes))
        {
            HashSet<SyntaxNode> held = new(ReferenceEqualityComparer.Instance);
            foreach (PropertyInfo property in node.GetType().GetProperties().Where(
                p => p.GetIndexParameters().Length == 0))
            {
                if (property.Name == nameof(SyntaxNode.Children)) continue;
                // These two only give parts of the list again.
                if (node is QualifiedName && property.Name != nameof(QualifiedName.Parts)) continue;
                object? value = property.GetValue(node);
                if (value is SyntaxNode child) held.Add(child);
                if (value is not IEnumerable<SyntaxNode> children) continue;
                foreach (SyntaxNode item in children) held.Add(item);
            }
            HashSet<SyntaxNode> listed = new(ReferenceEqualityComparer.Instance);
            for (int i = 0; i < node.Children.Count; i++) listed.Add(node.Children[i]);
            Assert.True(held.SetEquals(listed),
                $"{node.GetType().Name} holds {held.Count} nodes and lists {listed.Count}");
        }
    }

    [Fact]
    public void Ranges_lie_inside_the_text_and_inside_the_parents_range()
    {
        foreach (string sql in SqlCorpus.All)
        {
            Statement statement = Parser.ParseStatement(sql);
            Assert.Equal(new TextRange(0, sql.Length), statement.Range);
            foreach (SyntaxNode node in statement.DescendantsAndSelf())
            {
                if (node.Range == TextRange.None) continue;
                Assert.InRange(node.Range.Start, 0, sql.Length);
                Assert.InRange(node.Range.End, node.Range.Start, sql.Length);
                Assert.InRange(node.Position, 0, sql.Length);
                for (int i = 0; i < node.Children.Count; i++)
                {
                    TextRange child = node.Children[i].Range;
                    if (child == TextRange.None) continue;
                    Assert.True(
                        child.Start >= node.Range.Start && child.End <= node.Range.End,
                        $"{node.Children[i].GetType().Name} {child} in {node.GetType().Name} {node.Range}: {sql}");
                }
            }
        }
    }

    private static IEnumerable<SyntaxNode> Nodes(string sql) => Parser.ParseStatement(sql).DescendantsAndSelf();
}
