namespace ColFrag.Tidy.Tests;

/// <summary>The checkout has the files that a newcomer looks for.</summary>
public sealed class RepositoryTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("LICENSE")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("Directory.Build.props")]
    [InlineData("Directory.Packages.props")]
    [InlineData("global.json")]
    [InlineData(".editorconfig")]
    [InlineData("docs/dependencies.md")]
    public void A_newcomer_finds(string file) => Assert.True(File.Exists(Repository.PathOf(file)));
}
