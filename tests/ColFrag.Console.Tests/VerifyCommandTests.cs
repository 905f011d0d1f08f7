using ColFrag.Engine;

namespace ColFrag.Console.Tests;

/// <summary><c>colfrag verify</c> on folders as they are on a disk.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-verify").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_good_folder_ends_with_0_and_a_damaged_one_with_1_and_the_place()
    {
        string data = Path.Combine(_folder, "data");
        await using (Database database = await Database.OpenAsync(data))
        {
            using Connection connection = database.Connect();
            await connection.RunAsync("CREATE TABLE t AS SELECT i, 'name ' || i AS name FROM range(200000) r(i)");
            // Another process uses the folder meanwhile.
            (int whileOpen, string told) = CommandProcess.Run("verify", data);
            Assert.True(whileOpen == 0, told);
            Assert.Contains("200,000 rows", told, StringComparison.Ordinal);
        }
        string pack = Directory.GetFiles(Path.Combine(data, "tables"), "pack-0", SearchOption.AllDirectories).First();
        await using (FileStream file = File.Open(pack, FileMode.Open))
        {
            file.Position = 5_000;
            int old = file.ReadByte();
            file.Position = 5_000;
            file.WriteByte((byte)(old ^ 1));
        }
        (int code, string output) = CommandProcess.Run("verify", data);
        Assert.Equal(1, code);
        Assert.Contains("damaged: tables/", output, StringComparison.Ordinal);
        Assert.Contains(" at byte ", output, StringComparison.Ordinal);
        Assert.Contains("1 damaged places", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_folders_are_refused()
    {
        Assert.Equal(1, CommandProcess.Run("verify", _folder).Code);
        Assert.Equal(1, CommandProcess.Run("verify", Path.Combine(_folder, "nothing")).Code);
    }
}
