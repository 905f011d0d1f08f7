using System.Globalization;
using ColFrag.Console.Sessions;
using ColFrag.Engine;

namespace ColFrag.Console.Demo;

/// <summary>The first half: a database in this process, in one folder.</summary>
sealed class EmbeddedPart(Narrator narrator, DemoData data, string folder)
{
    /// <summary>Number of steps that it tells.</summary>
    public const int StepCount = 3;

    private const int Ranges = 4;

    /// <summary>Tells it, and gives the answers to <see cref="DemoQueries.Questions"/>.</summary>
    public async Task<IReadOnlyList<Answer>> RunAsync(CancellationToken cancellationToken)
    {
        await using ISession session = await SessionOpener.OpenAsync(new FolderTarget(folder), cancellationToken);
        await LoadAsync(session, cancellationToken);
        IReadOnlyList<Answer> answers = await AskAsync(session, cancellationToken);
        await LookAsync(session, cancellationToken);
        return answers;
    }

    private async Task LoadAsync(ISession session, CancellationToken cancellationToken)
    {
        narrator.Step("An empty folder becomes a database");
        narrator.Say(
            "No server: the database runs in this process, and the folder holds all of it. Airports come from a CSV " +
            "file, flights (all domestic ones of January and February 2001 in the United States) from a Parquet file.");
        await narrator.AskAsync(session, DemoQueries.CreateAirports, cancellationToken);
        await narrator.AskAsync(session, DemoQueries.CreateFlights(Ranges), cancellationToken);
        await narrator.AskAsync(session, DemoQueries.Copy("airports", data.Airports), cancellationToken);
        await narrator.AskAsync(session, DemoQueries.Copy("flights", data.Flights), cancellationToken);
        Answer count = await Answer.OfAsync(session, "SELECT count(*) FROM flights", cancellationToken);
        narrator.Check(
            count.Rows[0][0] == DemoData.FlightCount.ToString(CultureInfo.InvariantCulture),
            $"{DemoData.FlightCount.ToString("N0", CultureInfo.InvariantCulture)} flights are loaded, committed and synced");
    }

    private async Task<IReadOnlyList<Answer>> AskAsync(ISession session, CancellationToken cancellationToken)
    {
        narrator.Step("Three questions");
        List<Answer> answers = [];
        foreach ((string question, string sql) in DemoQueries.Questions)
        {
            narrator.Say(question);
            answers.Add(await narrator.AskAsync(session, sql, cancellationToken));
            narrator.Line();
        }
        return answers;
    }

    private async Task LookAsync(ISession session, CancellationToken cancellationToken)
    {
        narrator.Step("What is on disk");
        narrator.Say(
            "A table is cut twice. Hash ranges of a key cut it across: each range has segments of its own rows. Column " +
            "groups cut it lengthwise: each group has a manifest, each column a file. Every block of a file has the " +
            "encoding that is smallest for its values, and queries compute on the encoded form.");
        foreach (string line in FolderPicture.Of(folder)) narrator.Faint(line);
        await narrator.AskAsync(
            session, "SELECT table_name, sum(row_count) AS row_count, sum(bytes) AS bytes FROM colfrag_segments GROUP BY 1",
            cancellationToken);
        long stored = FolderPicture.TotalBytes(folder);
        narrator.Say(
            $"Everything in the folder takes {FolderPicture.Size(stored)}; as CSV the flights alone are " +
            $"{FolderPicture.Size(DemoData.FlightCsvBytes)}.");
    }
}
