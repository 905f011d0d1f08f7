using System.Text;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Suites;

/// <summary>docs/benchmarks.md: what the results that are kept in results/ say, and how to measure again.</summary>
internal static class BenchmarkDocument
{
    private const string Introduction = """
        # Benchmarks

        Made from the JSON files of `tests/ColFrag.Benchmarks/results` by `dotnet run --project tests/ColFrag.Benchmarks -c
        Release document`; nothing in it is written by hand. Measure again, in a checkout:

        ```
        ./colfrag bench tpch --peers duckdb,clickhouse --out tests/ColFrag.Benchmarks/results/tpch.json
        ./colfrag bench clickbench --peers duckdb,clickhouse --out tests/ColFrag.Benchmarks/results/clickbench.json
        ./colfrag bench h2o --peers duckdb,clickhouse --out tests/ColFrag.Benchmarks/results/h2o.json
        ./colfrag bench tpch --against tests/ColFrag.Benchmarks/results/tpch.json
        ./colfrag bench storage --peers duckdb,clickhouse
        ```

        Data come from [colfrag dataset](../datasets/README.md) and are made at the first run (SF1 of TPC-H, five million
        hits, ten million rows of h2o); DuckDB and ClickHouse (chDB) come from npm. Each engine runs in a process of its own,
        in its own storage, with the same number of threads.

        - **load**: Parquet files to committed and synced tables. What an engine would tidy up in the background is forced to
          its end afterwards and timed apart (ClickHouse: `OPTIMIZE … FINAL`); **stored** is after that.
        - **cold**: the database is closed, its files leave the system's cache, it is opened again; the first run, without the
          opening. **hot**: the median of the next runs on the same connection. Times are taken inside the engine's process,
          rows fetched and not yet turned into text. Engines answer each query in turn, so that what else goes on meets all.
        - **CPU**: mean processor time of the hot runs, in steps of 10 ms: on a machine that others use it says more than the
          wall time. A hot run is noisy when others took over a tenth of the machine, and is repeated up to three times as
          often as asked; the noisy ones count only where too few others are left.
        - **MiB**: the peak of the resident memory during the query, runtime included.
        - Answers are compared, with the published ones of TPC-H (`--answers`) or with the first peer's; what differs is
          listed below the table. Where a LIMIT cuts through ties (a third of ClickBench's queries), engines may keep other
          rows, and are listed too. Questions of h2o keep their answer in a table, as db-benchmark does.
        - Queries are in `tests/ColFrag.Benchmarks/queries`; a file `NN.peer.sql` beside one is asked that peer instead.
        """;

    /// <summary>The document as the kept results give it.</summary>
    public static string Text()
    {
        StringBuilder text = new(Introduction);
        text.Append('\n');
        foreach (BenchmarkSuite suite in BenchmarkSuite.All)
        {
            string file = Repository.PathOf("tests", "ColFrag.Benchmarks", "results", $"{suite.Name}.json");
            if (!File.Exists(file)) continue;
            text.Append('\n').Append(SuiteReport.Markdown(SuiteResult.Read(file), suite.Title));
        }
        return text.ToString();
    }

    public static void Write() => File.WriteAllText(Repository.PathOf("docs", "benchmarks.md"), Text());
}
