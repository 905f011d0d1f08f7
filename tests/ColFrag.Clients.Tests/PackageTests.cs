using System.IO.Compression;
using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>What <c>dotnet pack</c> makes, installed from a folder into a fresh project and used.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-package-").FullName;

    public PackageTests() => File.WriteAllText(
        Path.Combine(_folder, "nuget.config"),
        """
        <configuration>
          <config><add key="globalPackagesFolder" value="packages" /></config>
          <packageSources><clear /><add key="local" value="feed" /></packageSources>
        </configuration>
        """);

    private string Feed => Path.Combine(_folder, "feed");

    [Fact]
    public void The_library_is_one_package_that_a_fresh_project_uses()
    {
        Pack("clients", "data", "ColFrag.Data.csproj");
        string package = Assert.Single(Directory.GetFiles(Feed, "ColFrag.*.nupkg"));
        using (ZipArchive archive = ZipFile.OpenRead(package))
        {
            string[] names = [.. archive.Entries.Select(e => e.FullName)];
            foreach (string name in new[] { "ColFrag.Engine", "ColFrag.Protocol", "ColFrag.Data" })
            {
                Assert.Contains($"lib/net10.0/{name}.dll", names);
                Assert.Contains($"lib/net10.0/{name}.xml", names);
            }
            Assert.Contains("PACKAGE.md", names);
            // A dll beside the script would be loaded and scanned.
            Assert.Equal(
                ["interactive-extensions/dotnet/extension.dib"],
                names.Where(n => n.StartsWith("interactive-extensions/", StringComparison.Ordinal)));
            using StreamReader specification = new(archive.Entries.Single(e => e.Name == "ColFrag.nuspec").Open());
            string text = specification.ReadToEnd();
            Assert.Contains("<license type=\"expression\">Apache-2.0</license>", text, StringComparison.Ordinal);
            Assert.DoesNotContain("<dependency ", text, StringComparison.Ordinal);
        }
        using (ZipArchive symbols = ZipFile.OpenRead(Path.ChangeExtension(package, ".snupkg")))
        {
            Assert.Equal(
                ["ColFrag.Data.pdb", "ColFrag.Engine.pdb", "ColFrag.Protocol.pdb"],
                symbols.Entries.Select(e => e.Name).Where(n => n.EndsWith(".pdb", StringComparison.Ordinal)).Order());
        }

        string app = Directory.CreateDirectory(Path.Combine(_folder, "app")).FullName;
        File.WriteAllText(
            Path.Combine(app, "app.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><UseAppHost>false</UseAppHost>
                <ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="ColFrag" Version="*-*" /></ItemGroup>
            </Project>
            """);
        string readme = File.ReadAllText(Repository.PathOf("clients", "data", "PACKAGE.md")).ReplaceLineEndings("\n");
        int start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        File.WriteAllText(
            Path.Combine(app, "Program.cs"), readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]);
        string printed = DotnetCommand.Run(app, "run");
        Assert.Equal(["Oslo 12.50", "Rome 7.00"], printed.Trim().ReplaceLineEndings("\n").Split('\n').Order());
    }

    [Fact]
    public void The_tool_is_installed_and_runs()
    {
        Pack("clients", "console", "ColFrag.Console.csproj");
        string tools = Path.Combine(_folder, "tools");
        DotnetCommand.Run(_folder, "tool", "install", "ColFrag.Tool", "--tool-path", tools, "--prerelease");
        string printed = DotnetCommand.RunProgram(
            _folder, Path.Combine(tools, "colfrag"), ":memory:", "--format", "csv", "-c", "SELECT 40 + 2 AS answer");
        Assert.Equal("answer\n42\n", printed.ReplaceLineEndings("\n"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Pack(params string[] project) => DotnetCommand.Run(
        _folder, "pack", Repository.PathOf(project), "--no-build", "-c", Configuration, "-o", Feed);
}
