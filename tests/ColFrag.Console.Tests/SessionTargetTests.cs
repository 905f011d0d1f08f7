using ColFrag.Console.Sessions;

namespace ColFrag.Console.Tests;

public sealed class SessionTargetTests
{
    [Theory]
    [InlineData(null, "MemoryTarget { }")]
    [InlineData(":memory:", "MemoryTarget { }")]
    [InlineData("shop", "FolderTarget { Folder = shop }")]
    [InlineData("C:\\shop", "FolderTarget { Folder = C:\\shop }")]
    [InlineData("./host:1", "FolderTarget { Folder = ./host:1 }")]
    [InlineData("host:99999", "FolderTarget { Folder = host:99999 }")]
    [InlineData("localhost:7432", "localhost:7432")]
    [InlineData("[::1]:7432", "[::1]:7432")]
    public void A_source_is_a_folder_or_a_server(string? text, string expected) =>
        Assert.Equal(expected, SessionTarget.Parse(text).ToString());
}
