using System.Diagnostics;
using System.Text.Json.Nodes;
using ColFrag.Engine;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Console.Bench;

/// <summary>
/// Lets a benchmark of another program drive an embedded database: a JSON object per line in, one per line out,
/// <c>{"ok":true,…}</c> or <c>{"ok":false,"error":"…"}</c>.
/// <code>
///   {"op":"open","dir":D,"threads":N}      opens the folder D; answers "version"
///   {"op":"load","table":T}                makes a table and fills it: T has "name", "key" (sort key, may be empty),
///                                          "cols" of "name" and "type", "format" (parquet or csv), "file",
///                                          for csv "delimiter" and "trailing" (lines end with a delimiter)
///   {"op":"finish"}, {"op":"compact"}      makes everything durable; does what would be done in the background
///   {"op":"run","sql":S}                   answers "ms" (inside the engine) and "rows", each a list of texts or null
///   {"op":"sink","sql":S}, {"op":"unsink"} keeps the result in a temporary table; answers how many "rows", drops it
///   {"op":"close"}                         closes the folder
/// </code>
/// </summary>
sealed class ExecProtocol : IAsyncDisposable
{
    private const string SinkTable = "bench_answer";

    private Database? _database;
    private Connection? _connection;

    /// <summary>Answers requests until the input ends.</summary>
    public async Task RunAsync(TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            JsonObject answer;
            try
            {
                JsonNode request = JsonNode.Parse(line) ?? throw new FormatException("Empty request");
                answer = await AnswerAsync(request, cancellationToken);
                answer["ok"] = true;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                answer = new JsonObject { ["ok"] = false, ["error"] = exception.Message };
            }
            await output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        (_connection, _database) = (null, null);
    }

    private async Task<JsonObject> AnswerAsync(JsonNode request, CancellationToken cancellationToken)
    {
        switch (Text(request, "op"))
        {
            case "open":
                await DisposeAsync();
                _database = await Database.OpenAsync(
                    Text(request, "dir"), new DatabaseOptions { Threads = request["threads"]?.GetValue<int>() ?? 0 },
                    cancellationToken);
                _connection = _database.Connect();
                return new JsonObject { ["version"] = ProductVersion.Text };
            case "close":
                await DisposeAsync();
                return [];
            case "load":
                await LoadAsync(request["table"] ?? throw new FormatException("A load needs a table"),
                    cancellationToken);
                return [];
            case "finish" or "compact":
                await RunAsync("CHECKPOINT", cancellationToken);
                return [];
            case "run":
                return await QueryAsync(Text(request, "sql"), cancellationToken);
            case "sink":
                long begin = Stopwatch.GetTimestamp();
                await RunAsync($"CREATE TEMP TABLE {SinkTable} AS {Text(request, "sql")}", cancellationToken);
                return new JsonObject { ["ms"] = MillisecondsSince(begin) };
            case "unsink":
                JsonObject counted = await QueryAsync($"SELECT count(*) FROM {SinkTable}", cancellationToken);
                await RunAsync($"DROP TABLE {SinkTable}", cancellationToken);
                return new JsonObject { ["rows"] = long.Parse(counted["rows"]![0]![0]!.GetValue<string>()) };
            case var other:
                throw new FormatException($"Unknown op: {other}");
        }
    }

    private async Task LoadAsync(JsonNode table, CancellationToken cancellationToken)
    {
        string name = Text(table, "name"), key = table["key"]?.GetValue<string>() ?? "",
            file = Quote(Text(table, "file"));
        IEnumerable<string> columns =
            table["cols"]!.AsArray().Select(c => $"{Text(c!, "name")} {Text(c!, "type")} NOT NULL");
        string order = key.Length == 0 ? "" : $" ORDER BY ({key})";
        await RunAsync($"CREATE TABLE {name} ({string.Join(", ", columns)}){order}", cancellationToken);
        if (Text(table, "format") == "parquet")
        {
            await RunAsync($"COPY {name} FROM {file} (FORMAT parquet)", cancellationToken);
            return;
        }
        bool isTrailing = table["trailing"]?.GetValue<bool>() ?? false;
        string quoting = isTrailing ? "QUOTE ''" : "QUOTE '\"', NULL '\\N'";
        string delimiter = Quote(Text(table, "delimiter"));
        await RunAsync(
            $"COPY {name} FROM {file} (FORMAT csv, HEADER false, DELIMITER {delimiter}, {quoting})", cancellationToken);
    }

    private async Task<JsonObject> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        JsonArray rows = [];
        double milliseconds;
        List<OwnedBatch> fetched = [];
        long begin = Stopwatch.GetTimestamp();
        await using (QueryResult result = await Open().ExecuteAsync(sql, cancellationToken: cancellationToken))
        {
            // As with the other engines, the rows are kept as vectors in the time that counts; texts are made later.
            while (await result.ReadAsync(cancellationToken) is { } batch)
            {
                OwnedBatch copy = new(result.Schema, MemoryAccount.Untracked);
                copy.CopyFrom(batch.Batch);
                fetched.Add(copy);
            }
            milliseconds = MillisecondsSince(begin);
        }
        foreach (OwnedBatch batch in fetched)
        {
            for (int row = 0; row < batch.Batch.Count; row++)
            {
                JsonArray cells = [];
                foreach (ColumnVector column in batch.Batch.Columns)
                {
                    Value value = column.GetValue(row);
                    cells.Add(value.IsNull ? null : JsonValue.Create(value.ToString()));
                }
                rows.Add((JsonNode)cells);
            }
            batch.Dispose();
        }
        return new JsonObject { ["ms"] = milliseconds, ["rows"] = rows };
    }

    private Task RunAsync(string sql, CancellationToken cancellationToken) =>
        Open().RunAsync(sql, cancellationToken: cancellationToken);

    private Connection Open() => _connection ?? throw new InvalidOperationException("No folder is open");

    private static string Text(JsonNode node, string name) =>
        node[name]?.GetValue<string>() ?? throw new FormatException($"Missing: {name}");

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static double MillisecondsSince(long begin) => Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
}
