using System.Diagnostics;
using ColFrag.Console.Cluster;
using ColFrag.Console.Output;
using ColFrag.Engine;

namespace ColFrag.Console.Demo;

/// <summary>
/// The second half: the same folder, served by a coordinator and workers; one is killed and comes back.
/// </summary>
sealed class ClusterPart(Narrator narrator, LocalCluster cluster, bool useColor)
{
    /// <summary>Number of steps that it tells.</summary>
    public const int StepCount = 4;

    /// <summary>Worker processes.</summary>
    public const int WorkerCount = 3;

    private const int Victim = 2;

    private const string AllCopied =
        "SELECT count(*) > 0 AND min(copies) >= 2 FROM colfrag_fragments WHERE segments > 0";

    /// <summary>A question that takes long enough to be interrupted.</summary>
    private const string LongQuestion =
        """
        SELECT count(*) AS pairs, sum(a.distance + b.delay) AS checksum
        FROM flights a JOIN flights b ON a.origin = b.origin AND a.date = b.date
        """;

    /// <summary>Tells it, and compares with what was answered before there was a cluster.</summary>
    public async Task RunAsync(IReadOnlyList<Answer> expected, CancellationToken cancellationToken)
    {
        await GrowAsync(cancellationToken);
        await using ISession session = await cluster.ConnectAsync(cancellationToken);
        await WaitForCopiesAsync(session, cancellationToken);
        narrator.Check(true, "Every fragment lies on two workers, each copy verified by its hashes and synced");
        await DrawAsync(session, cancellationToken);
        await AskAgainAsync(session, expected, cancellationToken);
        await KillAsync(session, expected, cancellationToken);
        await HealAsync(session, expected, cancellationToken);
    }

    private async Task GrowAsync(CancellationToken cancellationToken)
    {
        narrator.Step("The same folder becomes a cluster");
        narrator.Say(
            "A coordinator serves the folder, three worker processes join it, and the fragments move to them: nothing " +
            "is loaded again.");
        narrator.Command($"colfrag cluster up {Path.GetFileName(cluster.Folder.Data)} --workers {WorkerCount}");
        await cluster.UpAsync(
            WorkerCount, port: 0, server => narrator.Faint($"{server.Name} runs as process {server.ProcessId}"),
            cancellationToken);
        narrator.Faint($"The cluster answers at {cluster.Address}");
    }

    private async Task AskAgainAsync(
        ISession session, IReadOnlyList<Answer> expected, CancellationToken cancellationToken)
    {
        narrator.Step("The same questions, answered by the workers");
        narrator.Say(
            "The coordinator cuts each plan into stages. Workers scan and aggregate what they hold; the coordinator " +
            "merges what they send.");
        for (int i = 0; i < expected.Count; i++)
        {
            (string question, string sql) = DemoQueries.Questions[i];
            narrator.Say(question);
            Answer answer = i == 0
                ? await narrator.AskAsync(session, sql, cancellationToken)
                : await Answer.OfAsync(session, sql, cancellationToken);
            narrator.Check(answer.Matches(expected[i]), "The answer is the one from before");
        }
    }

    private async Task KillAsync(
        ISession session, IReadOnlyList<Answer> expected, CancellationToken cancellationToken)
    {
        narrator.Step($"Worker {Victim} is killed in the middle of a query");
        narrator.ShowStatement(LongQuestion);
        long start = Stopwatch.GetTimestamp();
        Answer before = await Answer.OfAsync(session, LongQuestion, cancellationToken);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        narrator.Show(before);
        narrator.Faint($"That took {Duration.Of(time)}. Once more, and in the middle of it:");
        Task<Answer> running = Answer.OfAsync(session, LongQuestion, cancellationToken);
        await Task.Delay(time / 3, cancellationToken);
        bool isUnderWay = !running.IsCompleted;
        cluster.Kill(Victim);
        string moment = isUnderWay ? "the query is under way" : "the query was faster";
        narrator.Command($"kill -9 WORKER-{Victim}   # {moment}");
        Answer after = await running;
        narrator.Show(after);
        narrator.Check(after.Matches(before), "The answer is the same");
        for (int i = 0; i < expected.Count; i++)
        {
            Answer answer = await Answer.OfAsync(session, DemoQueries.Questions[i].Sql, cancellationToken);
            narrator.Check(answer.Matches(expected[i]), $"The same without worker {Victim}: question {i + 1}");
        }
    }

    private async Task HealAsync(
        ISession session, IReadOnlyList<Answer> expected, CancellationToken cancellationToken)
    {
        narrator.Step("The cluster heals itself");
        narrator.Say(
            "After three seconds without the worker its copies are made on the others, so that one more could fail. " +
            "The killed worker keeps its place in the catalog: its disk still has what it had.");
        await WaitForCopiesAsync(session, cancellationToken);
        await DrawAsync(session, cancellationToken);
        narrator.Check(true, "Every fragment has two copies on living workers again");
        narrator.Line();
        narrator.Command($"colfrag cluster up {Path.GetFileName(cluster.Folder.Data)}");
        await cluster.UpAsync(
            WorkerCount, port: 0, server => narrator.Faint($"{server.Name} runs again as process {server.ProcessId}"),
            cancellationToken);
        await WaitForCopiesAsync(session, cancellationToken);
        await LocalCluster.WaitAsync(
            session, $"SELECT segments > 0 FROM colfrag_workers WHERE worker = {Victim}",
            "The worker that came back is not used", cancellationToken);
        Answer answer = await Answer.OfAsync(session, DemoQueries.Questions[0].Sql, cancellationToken);
        narrator.Check(answer.Matches(expected[0]), $"Worker {Victim} is used again, and the answer is the same");
    }

    private static Task WaitForCopiesAsync(ISession session, CancellationToken cancellationToken) =>
        LocalCluster.WaitAsync(session, AllCopied, "Not every fragment has two copies", cancellationToken);

    private async Task DrawAsync(ISession session, CancellationToken cancellationToken)
    {
        narrator.Line();
        foreach (string line in await FragmentMap.DrawAsync(session, useColor, cancellationToken)) narrator.Line(line);
        narrator.Line();
    }
}
