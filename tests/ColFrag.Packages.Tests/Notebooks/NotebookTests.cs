using System.Data.Common;
using ColFrag.Data;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;

namespace ColFrag.Packages.Tests.Notebooks;

/// <summary>.NET Interactive finds the formatters of results and runs the script that the package brings.</summary>
public sealed class NotebookTests
{
    [Fact]
    public async Task Formatters_of_a_result_are_found()
    {
        await using ColFragConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();
        await using ColFragCommand command = new("SELECT 1 AS \"a<b\", NULL AS n, [1, NULL] AS l", connection);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        ResultTable table = await ResultTable.ReadAsync(reader);
        Assert.Equal("text/html", Formatter.GetPreferredMimeTypesFor(typeof(ResultTable)).First());
        Assert.Contains("<th>a&lt;b</th>", table.ToDisplayString("text/html"), StringComparison.Ordinal);
        Assert.Equal("a<b\tn\tl\n1\tNULL\t[1, NULL]", table.ToDisplayString("text/plain"));
    }

    [Fact]
    public async Task The_script_connects_and_cells_of_SQL_show_their_rows()
    {
        using CompositeKernel root = [new CSharpKernel()];
        string script = await File.ReadAllTextAsync(
            Repository.PathOf("clients", "data", "interactive", "extension.dib"));
        Assert.StartsWith("#!csharp", script, StringComparison.Ordinal);
        await RunAsync(root, $"#r \"{typeof(ColFragConnection).Assembly.Location}\"", "csharp");
        await RunAsync(root, script["#!csharp".Length..], "csharp");
        await RunAsync(root, "#!connect colfrag --kernel-name shop \"Data Source=:memory:\"", null);
        await RunAsync(root, "CREATE TABLE sales (city VARCHAR, amount INTEGER)", "shop");
        await RunAsync(root, "INSERT INTO sales VALUES ('Oslo', 3), ('Rome', 4)", "shop");
        IReadOnlyList<KernelEvent> events = await RunAsync(root, "SELECT * FROM sales ORDER BY city", "shop");
        FormattedValue[] shown =
            [.. Assert.Single(events.OfType<DisplayedValueProduced>()).FormattedValues];
        Assert.Contains(
            shown, value => value.MimeType == "text/html" &&
                value.Value.Contains("<td>Oslo</td><td>3</td>", StringComparison.Ordinal));
        KernelCommandResult wrong = await root.SendAsync(new SubmitCode("SELECT nosuch", "shop"));
        Assert.Contains(
            "nosuch", Assert.Single(wrong.Events.OfType<CommandFailed>()).Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<KernelEvent>> RunAsync(CompositeKernel root, string code, string? kernel)
    {
        KernelCommandResult result = await root.SendAsync(new SubmitCode(code, kernel));
        CommandFailed? failure = result.Events.OfType<CommandFailed>().FirstOrDefault();
        Assert.True(failure is null, failure?.Message);
        return result.Events;
    }
}
