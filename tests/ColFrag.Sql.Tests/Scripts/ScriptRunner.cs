using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Sql.Tests.Comparing;
using ColFrag.Sql.Tests.Targets;

namespace ColFrag.Sql.Tests.Scripts;

/// <summary>
/// Runs a script on a target and says at the first step that is not as written where and why. With a peer, the same
/// statements run there too, and the two answers are compared as well.
/// </summary>
sealed class ScriptRunner : IAsyncDisposable
{
    private const string PeerName = "duckdb";

    // A statement that is stuck should name its line, not stop the whole run.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly string _path;
    private readonly ISqlTarget _target;
    private readonly DuckDbPeer? _peer;
    private readonly Dictionary<string, ISession> _sessions = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _labels = [];
    private readonly string _temporary = Directory.CreateTempSubdirectory("colfrag-sql").FullName;
    private ISqlSite? _site;
    private int _hashThreshold;
    private bool _isHalted;

    private ScriptRunner(string path, ISqlTarget target, DuckDbPeer? peer)
    {
        _path = path;
        _target = target;
        _peer = peer;
    }

    /// <summary>How many statements and queries ran.</summary>
    public int StepCount { get; private set; }

    /// <summary>Runs a file and returns how many of its steps ran.</summary>
    public static async Task<int> RunAsync(string path, ISqlTarget target, DuckDbPeer? peer = null)
    {
        IReadOnlyList<ScriptCommand> commands = ScriptParser.ParseFile(path);
        await using ScriptRunner runner = new(path, target, peer);
        foreach (string statement in peer is null ? [] : DuckDbTranslation.Preamble) peer!.Execute(statement);
        runner._site = await target.OpenAsync();
        await runner.RunAsync(commands, []);
        return runner.StepCount;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseSessionsAsync();
        if (_site is not null) await _site.DisposeAsync();
        Directory.Delete(_temporary, recursive: true);
    }

    private async Task RunAsync(IReadOnlyList<ScriptCommand> commands, Dictionary<string, string> variables)
    {
        foreach (ScriptCommand command in commands)
        {
            if (_isHalted) return;
            if (!command.AppliesTo(_target.Name)) continue;
            await RunAsync(command, variables);
        }
    }

    private async Task RunAsync(ScriptCommand command, Dictionary<string, string> variables)
    {
        switch (command)
        {
            case StatementCommand statement:
                await RunStatementAsync(statement, Fill(statement.Sql, variables));
                break;
            case QueryCommand query:
                string[] expected = [.. (query.Expected ?? []).Select(line => Fill(line, variables))];
                await RunQueryAsync(query, Fill(query.Sql, variables), expected);
                break;
            case LoopCommand loop:
                foreach (string value in loop.Values)
                {
                    await RunAsync(loop.Body, new Dictionary<string, string>(variables) { [loop.Variable] = value });
                }
                break;
            case HashThresholdCommand threshold:
                _hashThreshold = threshold.Values;
                break;
            case RestartCommand:
                await CloseSessionsAsync();
                await _site!.RestartAsync();
                break;
            case HaltCommand:
                _isHalted = true;
                break;
            default:
                throw new InvalidOperationException(command.GetType().Name);
        }
    }

    private string Fill(string text, Dictionary<string, string> variables)
    {
        if (!text.Contains("${", StringComparison.Ordinal)) return text;
        text = text.Replace("${DATASETS}", Repository.PathOf("datasets"), StringComparison.Ordinal)
            .Replace("${TEMP}", _temporary, StringComparison.Ordinal);
        foreach ((string name, string value) in variables)
        {
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal);
        }
        return text;
    }

    private async Task RunStatementAsync(StatementCommand statement, string sql)
    {
        StepCount++;
        ScriptFailure Fail(string what) => Failure(statement, sql, what);
        long affected;
        try
        {
            affected = await ExecuteAsync(statement.Connection, sql);
        }
        catch (ColFragException error) when (statement.Error is { } expected)
        {
            string told = $"{error.SqlState} {error.Message}{(error.Hint is null ? "" : $" ({error.Hint})")}";
            if (error.SqlState == SqlStates.InternalError) throw Fail($"an internal error: {told}");
            bool isExpected = (expected.SqlState.Length == 0 || error.SqlState == expected.SqlState) &&
                told.Contains(expected.Message, StringComparison.OrdinalIgnoreCase);
            if (!isExpected) throw Fail($"failed as {told}, not as {expected.SqlState} {expected.Message}");
            return;
        }
        catch (Exception error)
        {
            throw Fail(Told(error));
        }
        if (statement.Error is { } missing) throw Fail($"did not fail with {missing.SqlState} {missing.Message}");
        if (statement.Count is { } count && count != affected)
        {
            throw Fail($"changed {affected} rows instead of {count}");
        }
        if (_peer is not null && statement.AppliesTo(PeerName)) Ask(statement, sql);
    }

    private async Task RunQueryAsync(QueryCommand query, string sql, IReadOnlyList<string> expected)
    {
        StepCount++;
        ResultTable actual;
        string letters;
        try
        {
            using CancellationTokenSource limit = new(s_longest);
            actual = await ResultTable.RunAsync(await SessionAsync(query.Connection), sql, null, limit.Token);
            letters = string.Concat(actual.Types.Select(t => ColumnLetters.Of(t!)));
        }
        catch (Exception error)
        {
            throw Failure(query, sql, Told(error));
        }
        if (query.Types.Length > 0 && query.Types != letters)
        {
            string types = string.Join(", ", actual.Types);
            throw Failure(query, sql, $"has columns {letters} ({types}) instead of {query.Types}");
        }
        IReadOnlyList<string> lines = ScriptValues.Lines(actual, query.Sort, _hashThreshold);
        if (query.Label is { } label && !_labels.TryAdd(label, lines) && !_labels[label].SequenceEqual(lines))
        {
            throw Failure(query, sql, $"is not the answer of the first query {label}: {string.Join('\n', lines)}");
        }
        if (query.Expected is not null) Compare(query, sql, expected, actual, lines);
        if (_peer is null || !query.AppliesTo(PeerName)) return;
        ResultTable theirs = Ask(query, sql) ?? throw new InvalidOperationException("no answer");
        if (EqualResults.Difference(theirs, actual, query.Sort == SortMode.NoSort) is { } difference)
        {
            throw Failure(query, sql, $"DuckDB says otherwise: {difference}");
        }
    }

    private void Compare(
        QueryCommand query, string sql, IReadOnlyList<string> expected, ResultTable actual, IReadOnlyList<string> lines)
    {
        string? difference;
        if (ScriptValues.IsHash(expected))
        {
            difference = expected.SequenceEqual(lines) ? null : $"{lines[0]} instead of {expected[0]}";
        }
        else
        {
            ResultTable written = ScriptValues.Written(actual, query.Sort);
            ResultTable wanted = ScriptValues.Table(expected, written);
            int width = wanted.Rows.Count > 0 ? wanted.Rows[0].Length : written.Names.Count;
            difference = width != written.Names.Count
                ? $"{written.Names.Count} columns instead of {width}"
                : EqualResults.Difference(wanted, written, query.Sort == SortMode.NoSort);
        }
        if (difference is not null) throw Failure(query, sql, $"{difference}\nthe answer:\n{string.Join('\n', lines)}");
    }

    private async Task<long> ExecuteAsync(string connection, string sql)
    {
        using CancellationTokenSource limit = new(s_longest);
        ISession session = await SessionAsync(connection);
        await using QueryResult result = await session.ExecuteAsync(sql, null, limit.Token);
        while (await result.ReadAsync(limit.Token) is not null)
        {
        }
        return result.RowsAffected;
    }

    private ResultTable? Ask(ScriptCommand command, string sql)
    {
        try
        {
            if (command is QueryCommand) return DuckDbTranslation.Table(_peer!.Run(sql));
            _peer!.Execute(sql);
            return null;
        }
        catch (InvalidOperationException error)
        {
            throw Failure(command, sql, $"DuckDB does not take it: {error.Message}");
        }
    }

    private async Task<ISession> SessionAsync(string name)
    {
        if (_sessions.TryGetValue(name, out ISession? session)) return session;
        session = await _site!.ConnectAsync();
        _sessions.Add(name, session);
        return session;
    }

    private async Task CloseSessionsAsync()
    {
        foreach (ISession session in _sessions.Values) await session.DisposeAsync();
        _sessions.Clear();
    }

    private ScriptFailure Failure(ScriptCommand command, string sql, string what) =>
        new(Path.GetFileName(_path), command.Line, sql, $"[{_target.Name}, {_target.Description}] {what}");

    private static string Told(Exception error) =>
        error is ColFragException told ? $"failed: {told.SqlState} {told.Message} {told.Hint}" : $"crashed: {error}";
}
