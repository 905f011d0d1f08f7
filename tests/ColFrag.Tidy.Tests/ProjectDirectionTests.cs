using System.Xml.Linq;

namespace ColFrag.Tidy.Tests;

/// <summary>Between projects, arrows point one way, and outside packages stay where they belong.</summary>
public sealed class ProjectDirectionTests
{
    /// <summary>What each project may reference. A new project is added here, on purpose.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ColFrag.Engine"] = [],
        ["ColFrag.Protocol"] = ["ColFrag.Engine"],
        ["ColFrag.Coordinator"] = ["ColFrag.Engine", "ColFrag.Protocol"],
        ["ColFrag.Worker"] = ["ColFrag.Engine", "ColFrag.Protocol"],
        ["ColFrag.Data"] = ["ColFrag.Engine", "ColFrag.Protocol"],
        ["ColFrag.Samples"] = ["ColFrag.Engine", "ColFrag.Protocol", "ColFrag.Data"],
        ["ColFrag.Datasets"] = ["ColFrag.Engine"],
        ["ColFrag.Simulation"] = ["ColFrag.Engine", "ColFrag.Protocol", "ColFrag.Coordinator", "ColFrag.Worker"],
        ["ColFrag.Jupyter"] = ["ColFrag.Engine", "ColFrag.Protocol", "ColFrag.Data"],
        ["ColFrag.Console"] =
        [
            "ColFrag.Engine", "ColFrag.Protocol", "ColFrag.Coordinator", "ColFrag.Worker", "ColFrag.Data",
            "ColFrag.Datasets", "ColFrag.Simulation", "ColFrag.Jupyter",
        ],
    };

    private static IEnumerable<string> Projects => SourceTree.WithExtension(".csproj");

    private static IEnumerable<string> ProductProjects => Projects.Where(project => !IsTest(project));

    [Fact]
    public void A_project_references_only_what_lies_below_it() => Assert.Empty(
        from project in ProductProjects
        let name = NameOf(project)
        from reference in Items(project, "ProjectReference").Select(NameOf)
        where !Allowed.TryGetValue(name, out string[]? below) || !below.Contains(reference)
        select $"{name} references {reference}");

    [Fact]
    public void Only_coordinator_and_worker_reference_the_web_framework() => Assert.Empty(
        from project in ProductProjects
        where Items(project, "FrameworkReference").Any()
        where NameOf(project) is not ("ColFrag.Coordinator" or "ColFrag.Worker")
        select project);

    [Fact]
    public void The_engine_needs_nothing_but_the_base_library() => Assert.Empty(
        from project in ProductProjects
        where NameOf(project) is "ColFrag.Engine" or "ColFrag.Protocol"
        from package in Items(project, "PackageReference")
        where package is not "System.Numerics.Tensors"
        select $"{project}: {package}");

    [Fact]
    public void Versions_of_packages_stand_in_one_file() => Assert.Empty(
        from project in Projects
        from reference in XDocument.Load(Repository.PathOf(project)).Descendants("PackageReference")
        where reference.Attribute("Version") is not null
        select $"{project}: {reference.Attribute("Include")?.Value}");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = SourceTree.Read("ColFrag.sln").Replace('\\', '/');
        Assert.All(Projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_has_its_lock_file() => Assert.All(
        Projects, project => Assert.Contains(Path.GetDirectoryName(project) + "/packages.lock.json", SourceTree.Files));

    private static bool IsTest(string project) => project.StartsWith("tests/", StringComparison.Ordinal);

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Repository.PathOf(project)).Descendants(kind).Select(item => item.Attribute("Include")!.Value);
}
