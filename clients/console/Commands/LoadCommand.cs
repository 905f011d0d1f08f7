using System.CommandLine;
using System.Globalization;
using ColFrag.Console.Demo;
using ColFrag.Console.Loading;
using ColFrag.Console.Sessions;
using ColFrag.Console.Shell;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Commands;

/// <summary>
/// <c>colfrag load TABLE FILES… --data DIR</c>: files into a table, all or nothing. Ends with 0 when every row is in, 1
/// when nothing is, 2 when the command line is wrong, 3 when rows were rejected and the others are in.
/// </summary>
static class LoadCommand
{
    private const int ExitCodeFailed = 1;
    private const int ExitCodeRejected = 3;

    /// <summary>Rows that a segment takes at most.</summary>
    private const long SegmentRows = 1_048_576;

    private static readonly Argument<string> s_table = new("table") { HelpName = "TABLE", Description = "The table" };

    private static readonly Argument<string[]> s_files = new("files")
    {
        HelpName = "FILES", Arity = ArgumentArity.OneOrMore,
        Description =
            "Files or patterns (* ** ? {a,b}): CSV, Parquet, JSON, Arrow, also .gz .zst .lz4 .br; - is standard input",
    };

    private static readonly Option<string> s_data = new("--data")
    {
        HelpName = "DIR or host:port", Required = true,
        Description = "The database: a folder (made when it is not there), or a server, to which files are uploaded",
    };

    private static readonly Option<string?> s_format = new("--format")
    {
        HelpName = "FORMAT", Description = "csv, parquet, json or arrow; else told from each file",
    };

    private static readonly Option<string[]> s_options = new("--option", "-o")
    {
        HelpName = "NAME=VALUE",
        Description =
            "An option of the reader: delim=;  header=true  nullstr=NA  types={'id':'BIGINT'}; can be repeated",
    };

    private static readonly Option<string?> s_onError = new("--on-error")
    {
        HelpName = "ACTION",
        Description =
            "What happens at a row that cannot be read: stop (nothing is loaded), skip, or store (in TABLE_rejects)",
    };

    private static readonly Option<long?> s_maxErrors = new("--max-errors")
    {
        HelpName = "N", Description = "With skip and store: more rejected rows than this fail the load",
    };

    private static readonly Option<string?> s_rejects = new("--rejects")
    {
        HelpName = "TABLE", Description = "The table for rejected rows, made when it is not there",
    };

    private static readonly Option<string?> s_key = new("--key")
    {
        HelpName = "COLUMNS", Description = "A new table is distributed by the hash of these columns",
    };

    private static readonly Option<string?> s_orderBy = new("--order-by")
    {
        HelpName = "COLUMNS", Description = "Rows of a new table's segments are sorted by these columns",
    };

    private static readonly Option<int?> s_ranges = new("--ranges")
    {
        HelpName = "N", Description = "Hash ranges of a new table",
    };

    private static readonly Option<bool> s_perFile = new("--per-file")
    {
        Description = "Commits each file by itself; else all files or none",
    };

    private static readonly Option<string?> s_loadId = new("--load-id")
    {
        HelpName = "ID",
        Description = "Names the load: into one table it is loaded at most once, so that it can be run again safely",
    };

    private static readonly Option<bool> s_dryRun = new("--dry-run")
    {
        Description = "Shows the table, its fragments and what would be read, and changes nothing",
    };

    private static readonly Option<bool> s_quiet = new("--quiet", "-q") { Description = "Shows no progress" };

    public static Command Create()
    {
        Command command = new("load", "Loads files into a table, which is made when it is not there")
        {
            s_table, s_files, s_data, s_format, s_options, s_onError, s_maxErrors, s_rejects, s_key, s_orderBy,
                s_ranges,
            s_perFile, s_loadId, s_dryRun, s_quiet,
        };
        s_onError.AcceptOnlyFromAmong("stop", "skip", "store");
        command.SetAction(async (parsed, _) =>
        {
            // Control-C undoes the load instead of ending the process in the middle.
            using CancelSignal cancel = CancelSignal.Begin();
            return await RunAsync(parsed, cancel.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        LoadRequest request = RequestOf(parsed);
        SessionTarget target = SessionTarget.Parse(parsed.GetValue(s_data));
        if (target is MemoryTarget)
        {
            throw new UsageException("--data names a folder or a server; :memory: would forget the rows");
        }
        using SpooledInput? spooled = request.Patterns.Contains("-") ? await SpooledInput.TakeAsync(cancellationToken)
            : null;
        IReadOnlyList<string> files = spooled is null ? LoadPlan.Expand(request.Patterns) : [spooled.Path];
        bool isDry = parsed.GetValue(s_dryRun);
        bool isNew = target is FolderTarget { Folder: string folder } && !Directory.Exists(folder);
        if (isDry && isNew)
        {
            await DescribeAsync(request, await LoadPlan.MakeAsync(request, files, null, cancellationToken));
            return 0;
        }
        await using ISession session = await SessionOpener.OpenAsync(target, cancellationToken);
        LoadPlan plan = await LoadPlan.MakeAsync(request, files, session, cancellationToken) with
        {
            IsStandardInput = spooled is not null,
        };
        if (plan.Mismatch() is string mismatch)
        {
            throw new QueryException(
                SqlStates.BadCopyFileFormat, $"Files do not fit the table {request.Table}: {mismatch}",
                hint: "Rename columns of the files with --option names=['a','b'], or load into another table.");
        }
        if (isDry)
        {
            await DescribeAsync(request, plan);
            return 0;
        }
        return await LoadAsync(parsed, request, target, session, plan, cancellationToken);
    }

    private static async Task<int> LoadAsync(
        ParseResult parsed, LoadRequest request, SessionTarget target, ISession session, LoadPlan plan,
        CancellationToken cancellationToken)
    {
        bool isWatched = !parsed.GetValue(s_quiet) && !System.Console.IsErrorRedirected;
        LoadReporter reporter = new(request.Table, plan, System.Console.Error, isWatched);
        List<string> notices = [];
        LoadRun run = new(session, request, plan, reporter, uploads: target is ServerTarget);
        try
        {
            await using ISession? beside = isWatched ? await BesideAsync(session, target, cancellationToken) : null;
            await using (reporter)
            {
                if (beside is not null) reporter.Watch(beside);
                await run.RunAsync(notices.Add, cancellationToken);
            }
        }
        catch (Exception error) when (error is ColFragException or IOException)
        {
            string again = $"--load-id {request.LoadId}";
            string rest = request.CommitsPerFile ? $"files before it stay loaded, {again} goes on behind them"
                : run.IsCommitting && error is not QueryException
                ? $"it is not known whether all was loaded or nothing: {again} loads it if it was not"
                : "nothing was loaded";
            string? hint = (error as ColFragException)?.Hint;
            await System.Console.Error.WriteLineAsync(
                $"error: {error.Message}\n{(hint is null ? "" : $"hint: {hint}\n")}{rest}.");
            return ExitCodeFailed;
        }
        foreach (string notice in notices.Where(n => !IsInSummary(n)))
        {
            await System.Console.Error.WriteLineAsync($"notice: {notice}");
        }
        await System.Console.Out.WriteLineAsync(reporter.Summary(request.LoadId));
        if (reporter.Done.Rejected == 0) return 0;
        await TellRejectsAsync(parsed, request);
        return ExitCodeRejected;
    }

    private static bool IsInSummary(string notice) =>
        notice.Contains(" rows read = ", StringComparison.Ordinal)
        || notice.EndsWith(": nothing was loaded again", StringComparison.Ordinal);

    private static Task TellRejectsAsync(ParseResult parsed, LoadRequest request)
    {
        if (parsed.GetValue(s_onError) != "store")
        {
            return System.Console.Out.WriteLineAsync("--on-error store keeps rejected rows.");
        }
        string table = parsed.GetValue(s_rejects) is string named ? SqlNames.Write(named)
            : SqlNames.Write($"{request.Table}_rejects");
        return System.Console.Out.WriteLineAsync(
            $"Rejected rows: SELECT * FROM {table} WHERE starts_with(load_id, '{request.LoadId}')");
    }

    // The session that loads is busy; another one looks.
    private static async Task<ISession?> BesideAsync(
        ISession session, SessionTarget target, CancellationToken cancellationToken) => session switch
    {
        EmbeddedSession embedded => embedded.ConnectBeside(),
        _ => await SessionOpener.OpenAsync(target, cancellationToken),
    };

    private static async Task DescribeAsync(LoadRequest request, LoadPlan plan)
    {
        TextWriter target = System.Console.Out;
        string rows = plan.RowEstimate is long estimate
            ? $"{(plan.IsExact ? "" : "about ")}{estimate.ToString("N0", CultureInfo.InvariantCulture)} rows"
            : "an unknown number of rows";
        string bytes = plan.Bytes is long total ? $", {FolderPicture.Size(total)}" : "";
        string count = plan.Files.Count == 1 ? "1 file"
            : $"{plan.Files.Count.ToString(CultureInfo.InvariantCulture)} files";
        await target.WriteLineAsync($"-- {count}, {rows}{bytes}");
        if (plan.TableSchema is null)
        {
            await target.WriteLineAsync(plan.CreateSql(request) + ";");
        }
        else
        {
            await target.WriteLineAsync($"-- {request.Table} is there: {plan.TableSchema}");
            await target.WriteLineAsync($"-- the files have: {plan.FileSchema}");
        }
        if (plan.RowEstimate is long many)
        {
            long segments = Math.Max(1, (many + SegmentRows - 1) / SegmentRows);
            await target.WriteLineAsync(
                $"-- {segments.ToString(CultureInfo.InvariantCulture)} or more segments of at most {SegmentRows:N0} " +
                $"rows, {plan.FileSchema.Count} column files each");
        }
        await target.WriteLineAsync("-- dry run: nothing was changed");
    }

    private static LoadRequest RequestOf(ParseResult parsed)
    {
        List<KeyValuePair<string,
            string>> options = [.. (parsed.GetValue(s_options) ?? []).Select(LoadRequest.ParseOption)];
        if (parsed.GetValue(s_onError) is string action)
        {
            options.Add(KeyValuePair.Create("on_error", SqlNames.QuoteString(action)));
        }
        if (parsed.GetValue(s_maxErrors) is long most)
        {
            options.Add(KeyValuePair.Create("max_errors", most.ToString(CultureInfo.InvariantCulture)));
        }
        if (parsed.GetValue(s_rejects) is string rejects)
        {
            options.Add(KeyValuePair.Create("rejects_table", SqlNames.QuoteString(rejects)));
        }
        List<string> table = [];
        if (parsed.GetValue(s_key) is string key) table.Add($"distributed_by = hash({key})");
        if (parsed.GetValue(s_orderBy) is string order) table.Add($"order_by = ({order})");
        if (parsed.GetValue(s_ranges) is int ranges)
        {
            table.Add($"ranges = {ranges.ToString(CultureInfo.InvariantCulture)}");
        }
        return new LoadRequest(parsed.GetValue(s_table)!, parsed.GetValue(s_files)!)
        {
            Format = parsed.GetValue(s_format), Options = options, TableOptions = table,
            CommitsPerFile = parsed.GetValue(s_perFile),
            LoadId = LoadIdOf(parsed),
        };
    }

    private static string LoadIdOf(ParseResult parsed)
    {
        if (parsed.GetValue(s_loadId) is not { } given) return Guid.NewGuid().ToString("N")[..12];
        if (given.Length is > 0 and <= 200 && !given.Contains('/', StringComparison.Ordinal)) return given;
        throw new UsageException("--load-id takes 1 to 200 characters and no slash");
    }
}
