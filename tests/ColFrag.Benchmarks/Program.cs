using ColFrag.Benchmarks.Clients;
using ColFrag.Benchmarks.Loading;
using ColFrag.Benchmarks.Packages;
using ColFrag.Benchmarks.Queries;
using ColFrag.Benchmarks.Storage;
using ColFrag.Benchmarks.Suites;

switch (args)
{
    case ["decode", .. string[] only]:
        new DecodeBenchmark(only).Run();
        break;
    case ["segment", string path, .. string[] rest]:
        await SegmentBenchmark.RunAsync(path, rest.Length > 0 ? int.Parse(rest[0]) : 1).ConfigureAwait(false);
        break;
    case ["flights", string path, .. string[] rest]:
        await FlightsBenchmark.RunAsync(path, rest.Length > 0 ? int.Parse(rest[0]) : 20).ConfigureAwait(false);
        break;
    case ["loading", string lineitem, string folder, .. string[] rest]:
        await LoadingBenchmark.RunAsync(
            lineitem, rest.Length > 1 ? rest[1] : null, folder, rest.Length > 0 ? int.Parse(rest[0]) : 5)
                .ConfigureAwait(false);
        break;
    case ["csv", string path, .. string[] rest]:
        CsvParseBenchmark.Run(path, rest.Length > 0 ? int.Parse(rest[0]) : 5);
        break;
    case ["codecs", string lineitem, .. string[] rest]:
        await CodecBenchmark.RunAsync(lineitem, rest.Length > 0 ? int.Parse(rest[0]) : 5).ConfigureAwait(false);
        break;
    case ["formats", string lineitem, .. string[] rest]:
        await FormatBenchmark.RunAsync(lineitem, rest.Length > 0 ? int.Parse(rest[0]) : 5).ConfigureAwait(false);
        break;
    case ["suite", .. string[] rest]:
        return await SuiteCommand.Create().Parse(rest).InvokeAsync().ConfigureAwait(false);
    case ["document"]:
        BenchmarkDocument.Write();
        break;
    case ["streaming", string postgresPort, string postgresProcess, string port, string process, .. string[] rest]:
        await StreamingBenchmark.RunAsync(
            (int.Parse(postgresPort), int.Parse(postgresProcess)), (int.Parse(port), int.Parse(process)),
            rest.Length > 0 ? long.Parse(rest[0]) : 10_000_000, rest.Length > 1 ? int.Parse(rest[1]) : 3)
                .ConfigureAwait(false);
        break;
    case ["small", .. string[] rest]:
        await SmallQueriesBenchmark.RunAsync(
            rest.Length > 0 ? long.Parse(rest[0]) : 10_000_000, rest.Length > 1 ? int.Parse(rest[1]) : 5000)
                .ConfigureAwait(false);
        break;
    case ["scaling", .. string[] rest]:
        await ScalingBenchmark.RunAsync(
            rest.Length > 0 ? long.Parse(rest[0]) : 4_000_000, rest.Length > 1 ? int.Parse(rest[1]) : 5)
                .ConfigureAwait(false);
        break;
    case ["cancel", .. string[] rest]:
        await CancellationBenchmark.RunAsync(
            rest.Length > 0 ? long.Parse(rest[0]) : 4_000_000, rest.Length > 1 ? int.Parse(rest[1]) : 9)
                .ConfigureAwait(false);
        break;
    case ["outer", .. string[] rest]:
        await OuterJoinBenchmark.RunAsync(
            rest.Length > 0 ? long.Parse(rest[0]) : 50_000, rest.Length > 1 ? int.Parse(rest[1]) : 5)
                .ConfigureAwait(false);
        break;
    default:
        Console.WriteLine(
            "suite NAME … | document | decode [STREAM …] | segment FILE [THREADS] | flights FILE [RUNS] | " +
            "loading LINEITEM.parquet FOLDER [RUNS [HITS.parquet]] | csv LINEITEM.csv [RUNS] | " +
            "codecs LINEITEM.parquet [ROUNDS] | formats LINEITEM.parquet [ROUNDS] | small [ROWS [RUNS]] | " +
            "scaling [ROWS [RUNS]] | cancel [ROWS [RUNS]] | outer [ROWS [RUNS]] | " +
            "streaming POSTGRES_PORT POSTGRES_PROCESS PORT PROCESS [ROWS [ROUNDS]]");
        break;
}
return 0;
