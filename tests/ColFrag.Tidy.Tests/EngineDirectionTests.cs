using System.Reflection;
using System.Text.RegularExpressions;

namespace ColFrag.Tidy.Tests;

/// <summary>
/// Inside the engine, arrows point one way: seen in the sources and in what the compiler made of them.
/// </summary>
public sealed partial class EngineDirectionTests
{
    private const string Prefix = "ColFrag.Engine";

    [Fact]
    public void Every_folder_is_in_the_list_of_the_architecture()
    {
        IEnumerable<string> folders = SourceTree.WithExtension(".cs")
            .Where(file => file.StartsWith("engine/", StringComparison.Ordinal) && file.Count(c => c == '/') > 1)
            .Select(file => file.Split('/')[1])
            .Distinct();
        Assert.Empty(folders.Except(EngineFolders.InOrder));
    }

    [Fact]
    public void Usings_point_up() => Assert.Empty(
        from file in SourceTree.WithExtension(".cs")
        where file.StartsWith("engine/", StringComparison.Ordinal) && file.Count(c => c == '/') > 1
        let user = file.Split('/')[1]
        from Match used in EngineUsing().Matches(SourceTree.Read(file))
        where !EngineFolders.MayUse(user, used.Groups[1].Value)
        select $"{file} uses {used.Groups[1].Value}");

    /// <summary>Sees what a using does not show: qualified names, and types of the root that need no using.</summary>
    [Fact]
    public void Compiled_references_point_up()
    {
        SortedSet<string> offenders = [];
        foreach (Type type in Assembly.Load(Prefix).GetTypes())
        {
            if (FolderOf(type) is not string user || user == EngineFolders.Root) continue;
            foreach (Type referenced in TypeReferences.Of(type))
            {
                if (FolderOf(referenced) is string used && !EngineFolders.MayUse(user, used))
                {
                    offenders.Add($"{user}: {TypeReferences.Outermost(type).Name} uses {used}: {referenced.Name}");
                }
            }
        }
        Assert.Empty(offenders);
    }

    [Theory]
    [InlineData("Sql", "Errors", true)]
    [InlineData("Sql", "Sql", true)]
    [InlineData("Sql", "Plan", false)]
    [InlineData("Types", "(root)", false)]
    [InlineData("(root)", "Execution", true)]
    [InlineData("Sql", "Nowhere", false)]
    public void The_list_knows_who_may_use_whom(string user, string used, bool may) =>
        Assert.Equal(may, EngineFolders.MayUse(user, used));

    /// <summary>Null for types of others and those that the compiler makes outside any namespace.</summary>
    private static string? FolderOf(Type type)
    {
        if (TypeReferences.Outermost(type).Namespace is not string name) return null;
        if (name == Prefix) return EngineFolders.Root;
        return name.StartsWith(Prefix + ".", StringComparison.Ordinal)
            ? name[(Prefix.Length + 1)..].Split('.')[0]
            : null;
    }

    [GeneratedRegex(@"^\s*(?:global )?using (?:static |\w+ = )?ColFrag\.Engine\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex EngineUsing();
}
