using ColFrag.Console.Demo;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Tests;

public sealed class DemoTests
{
    public static TheoryData<string> Statements =>
    [
        DemoQueries.CreateAirports, DemoQueries.CreateFlights(6), DemoQueries.Copy("airports", "o'hare.csv"),
        .. DemoQueries.Questions.Select(question => question.Sql),
    ];

    [Theory]
    [MemberData(nameof(Statements))]
    public void The_statements_of_the_demo_are_sql(string sql) => Assert.NotNull(Parser.ParseStatement(sql));

    [Fact]
    public void The_data_of_the_demo_lie_beside_the_program()
    {
        DemoData data = DemoData.Find();
        Assert.Equal(DemoData.FlightCount, 966_409);
        Assert.True(new FileInfo(data.Flights).Length > 4_000_000);
    }

    [Fact]
    public void A_folder_is_drawn_with_what_is_alike_counted()
    {
        string root = Directory.CreateTempSubdirectory().FullName;
        string folder = Path.Combine(root, "shop");
        for (int segment = 1; segment <= 3; segment++)
        {
            string path = Path.Combine(folder, "tables", "0000000000000001", $"000000000000000{segment}");
            Directory.CreateDirectory(path);
            for (int column = 1; column <= 5; column++)
                File.WriteAllBytes(Path.Combine(path, $"{column}.col"), new byte[column * 1000]);
        }
        File.WriteAllBytes(Path.Combine(folder, "lock"), new byte[12]);
        Assert.Equal(
            """
            shop/
            ├─ tables/
            │  └─ 0000000000000001/
            │     ├─ 0000000000000001/
            │     │  ├─ 1.col  1000 B
            │     │  ├─ 2.col  2.0 KB
            │     │  ├─ 3.col  2.9 KB
            │     │  ├─ 4.col  3.9 KB
            │     │  └─ … 1 more  4.9 KB
            │     └─ … 2 more
            └─ lock  12 B
            """,
            string.Join('\n', FolderPicture.Of(folder)));
        Assert.Equal(45_012, FolderPicture.TotalBytes(folder));
        Directory.Delete(root, recursive: true);
    }
}
