using System.Data.Common;
using System.Reflection;
using ColFrag.Data;

namespace ColFrag.Clients.Tests;

/// <summary>The rules by which .NET Interactive finds formatters and extensions, replayed.</summary>
public sealed class NotebookContractTests
{
    [Fact]
    public async Task Formatters_are_found_by_convention()
    {
        await using ColFragConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();
        await using ColFragCommand command = new("SELECT 1 AS \"a<b\", NULL AS n, [1, NULL] AS l", connection);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        object shown = await ResultTable.ReadAsync(reader);

        // Attributes count by the name of their class; the source and its formatters by the shape of their members.
        Attribute attribute = Assert.Single(
            shown.GetType().GetCustomAttributes(inherit: true).OfType<Attribute>(),
            a => a.GetType().Name == "TypeFormatterSourceAttribute");
        Type sourceType = (Type)attribute.GetType().GetProperty("FormatterSourceType")!.GetValue(attribute)!;
        string[] preferred = (string[])attribute.GetType().GetProperty("PreferredMimeTypes")!.GetValue(attribute)!;
        Assert.Equal("text/html", preferred[0]);
        object source = Activator.CreateInstance(sourceType)!;
        MethodInfo create = sourceType.GetMethod("CreateTypeFormatters", BindingFlags.Public | BindingFlags.Instance)!;
        Dictionary<string, string> texts = [];
        foreach (object formatter in (System.Collections.IEnumerable)create.Invoke(source, null)!)
        {
            Type type = formatter.GetType();
            MethodInfo format = Assert.Single(type.GetMethods(), m => m.Name == "Format");
            Assert.Equal([typeof(object), typeof(TextWriter)], format.GetParameters().Select(p => p.ParameterType));
            Assert.Equal(typeof(ResultTable), type.GetProperty("Type")!.GetValue(formatter));
            StringWriter text = new();
            Assert.True((bool)format.Invoke(formatter, [shown, text])!);
            Assert.False((bool)format.Invoke(formatter, ["other", text])!);
            texts.Add((string)type.GetProperty("MimeType")!.GetValue(formatter)!, text.ToString());
        }
        Assert.Contains("<th>a&lt;b</th>", texts["text/html"], StringComparison.Ordinal);
        Assert.Contains("<td>NULL</td><td>[1, NULL]</td>", texts["text/html"], StringComparison.Ordinal);
        Assert.Equal("a<b\tn\tl\n1\tNULL\t[1, NULL]", texts["text/plain"]);
    }

    [Fact]
    public async Task A_long_result_is_cut_and_says_so()
    {
        await using ColFragConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();
        await using ColFragCommand command = new("SELECT x FROM generate_series(1, 5) AS t(x)", connection);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        ResultTable table = await ResultTable.ReadAsync(reader, maximumRows: 2);
        Assert.Equal(2, table.Rows.Count);
        Assert.False(table.IsComplete);
        Assert.EndsWith("(the first 2 rows)", table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_script_keeps_its_types_in_one_class_and_names_members_that_exist()
    {
        string script = File.ReadAllText(Repository.PathOf("clients", "data", "interactive", "extension.dib"));
        string[] lines = script.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("#!csharp", lines[0]);
        // Types at the left margin land in the user's session.
        string type = Assert.Single(lines, l => l.StartsWith("public ", StringComparison.Ordinal));
        Assert.Equal("public static class ColFragInteractiveExtension__", type);
        Assert.Contains("KernelInvocationContext.Current.HandlingKernel.RootKernel", script, StringComparison.Ordinal);
        Assembly provider = typeof(ColFragConnection).Assembly;
        foreach (string name in new[] { "ColFragConnection", "ResultTable" })
        {
            Assert.Contains($"ColFrag.Data.{name}", script, StringComparison.Ordinal);
            Assert.NotNull(provider.GetType($"ColFrag.Data.{name}"));
        }
    }
}
