using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>COPY between tables and files, or the client's stream.</summary>
internal sealed class CopyStatements(
    Session session, StatementScope scope, StatementBinder binder, StatementRunner runner)
{
    /// <summary>COPY t FROM: one reader behind every entry; the types of the table win over guesses.</summary>
    public async ValueTask<QueryResult> CopyFromAsync(BoundCopyFrom copy, CancellationToken cancellationToken)
    {
        CopyOptions options = CopyOptions.Split(copy.Options);
        string source = copy.Paths.IsEmpty ? options.InputName : string.Join(", ", copy.Paths);
        LoadProgress progress = session.Host.Loads.Begin(options.LoadId, copy.Table.Name, source);
        try
        {
            LoadName? name = options.LoadId is { } text
                ? LoadName.Of(text, ((StoredTable)copy.Table).Snapshot.TableId)
                : null;
            if (name is not null && await name.FindAsync(scope.Transaction, cancellationToken) is { } earlier)
            {
                return await RepeatAsync(copy, name, earlier, progress, cancellationToken);
            }
            using ClientInput? input = copy.Paths.IsEmpty
                ? await ReceiveAsync(options.InputName, progress, cancellationToken)
                : null;
            QueryResult result =
                await LoadAsync(copy, options, input, progress, cancellationToken);
            name?.Claim(scope.Transaction, session.Host.Random.NextUInt64(), result.RowsAffected);
            progress.End(result.RowsAffected, null);
            return result;
        }
        catch (Exception error)
        {
            progress.End(null, error.Message);
            throw;
        }
    }

    /// <summary>COPY (query) TO</summary>
    public async ValueTask<QueryResult> CopyToAsync(
        BoundCopyTo copy, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        CopyOptions options = CopyOptions.Split(copy.Options);
        FileFormat format = options.Format ??
            (copy.Path is null ? FileFormat.Csv : FileFormats.FromName(copy.Path) ?? FileFormat.Csv);
        if (copy.Path is null && session.CopyOutput is null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "COPY TO STDOUT needs a client that takes the rows");
        }
        await using TableFileWriter writer = TableFileWriter.Create(
            format, copy.Path, copy.Path is null ? session.CopyOutput : null, copy.Query.Schema, options.Others);
        // What a client gets as text looks as its session says.
        if (copy.Path is null && writer is IMomentTaker text) text.Moments = scope.Info.MomentText();
        await scope.Catalog.PrepareAsync(cancellationToken);
        await using RunningPlan plan = await session.Host.Runner
            .StartAsync(copy.Query, environment with { KeepsShapes = writer is IShapeTaker }, cancellationToken);
        long count = 0;
        while (await plan.ReadAsync(cancellationToken) is { } batch)
        {
            await writer.WriteAsync(batch, cancellationToken);
            count += batch.SelectedCount;
        }
        await writer.FinishAsync(cancellationToken);
        return new OutcomeResult($"COPY {count}", count, session.TakeNotices());
    }

    // The answer to a load that is sent again is that of the first time.
    private async ValueTask<QueryResult> RepeatAsync(
        BoundCopyFrom copy, LoadName name, long rowCount, LoadProgress progress, CancellationToken cancellationToken)
    {
        if (copy.Paths.IsEmpty && session.CopyInput is { } input)
        {
            byte[] ignored = new byte[64 << 10];
            while (await input.ReadAsync(ignored, cancellationToken) > 0)
            {
            }
        }
        progress.Repeat();
        session.AddNotice($"Load {name.Text} is in already: nothing was loaded again");
        return new OutcomeResult($"COPY {rowCount}", rowCount, session.TakeNotices());
    }

    private async ValueTask<QueryResult> LoadAsync(
        BoundCopyFrom copy, CopyOptions options, ClientInput? input, LoadProgress progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<string> paths = input is null ? [.. copy.Paths] : [input.Name];
        // What comes without a name is CSV, whatever it begins with.
        FileFormat? format = options.Format ?? (input is null ? null
            : options.HasInputName ? FileFormats.Detect(input.Name, input) : FileFormat.Csv);
        // The table of rejects is made before the rows are read, in the same transaction.
        await using RejectStore? rejects = options.Others.IsStoringRejects
            ? RejectStore.Open(
                copy.Table.SchemaName, options.RejectsTable ?? $"{copy.Table.Name}_rejects", progress.Id, scope, binder,
                    session)
            : null;
        if (rejects is not null) session.Rejects.Begin(options.Others);
        SourceContext context = new()
        {
            Files = input ?? session.InputFiles, OnNotice = session.AddNotice,
            Target = input is null ? copy.TargetSchema : AsSent(copy.TargetSchema, options),
            OnRejected = rejects is null ? null : (Action<RejectedRow>)rejects.Add + session.Rejects.Add,
            OnRejecting = rejects is null ? null : session.Rejects.Add,
            Conversions = TextConversions.Instance,
        };
        SourceTable table = scope.Catalog.OpenTable(
            paths, format, options.Others, context, $"'{string.Join("', '", paths)}'");
        ITableSource source = table.Source;
        progress.Run(source);
        BoundCopyFrom matched = copy with { TableColumns = MatchColumns(copy, source) };
        BoundQuery plan = binder.BindCopy(matched, table);
        QueryResult result = await runner.ChangeAsync(plan, cancellationToken);
        foreach (string notice in result.Notices) session.AddNotice(notice);
        if (rejects is not null) await rejects.FinishAsync(cancellationToken);
        Account(source.Counters, copy.Where is null ? result.RowsAffected : null);
        return new OutcomeResult(result.CommandTag, result.RowsAffected, session.TakeNotices());
    }

    // What a client sends means what it would in its session's statements: moments come as texts, which the load casts.
    // A pattern says what they are, and only a reader of moments knows the rows that it rejects.
    private Schema AsSent(Schema target, CopyOptions options)
    {
        bool isAsFiles = scope.Info.ReadsAsFiles || options.Others.MayReject ||
            options.Others.Values.Any(o => o.Key.Contains("format", StringComparison.OrdinalIgnoreCase));
        return isAsFiles ? target : new Schema(target.Fields.Select(
            f => f.Type.Kind == TypeKind.Date || f.Type.IsTimestamp ? f with { Type = LogicalType.Varchar } : f));
    }

    // A load that lost a row on its way must not be committed.
    private void Account(SourceCounters counters, long? loaded)
    {
        Invariant.Holds(counters.RowsRead == counters.RowsDelivered + counters.RowsRejected);
        Invariant.Holds(loaded is null || counters.RowsDelivered == loaded);
        if (counters.RowsRejected == 0) return;
        session.AddNotice(
            $"{counters.RowsRead} rows read = {counters.RowsDelivered} loaded + {counters.RowsRejected} rejected.");
    }

    // A file that names its columns may have fewer than the table, in any order.
    private static PlanList<int> MatchColumns(BoundCopyFrom copy, ITableSource source)
    {
        Schema target = copy.TargetSchema;
        bool isSame = source.Schema.Fields.Select(f => f.Name).SequenceEqual(target.Fields.Select(f => f.Name));
        if (isSame) return copy.TableColumns;
        bool isByName = source.Schema.Fields.All(f => target.IndexOf(f.Name) >= 0);
        if (isByName) return source.Schema.Fields.Select(f => copy.TableColumns[target.IndexOf(f.Name)]).ToPlanList();
        if (source.Schema.Count == target.Count) return copy.TableColumns;
        string found = string.Join(", ", source.Schema.Fields.Select(f => f.Name));
        throw new QueryException(
            SqlStates.BadCopyFileFormat,
                $"File has {source.Schema.Count} columns, the table takes {target.Count}: {found}",
            hint: "Name the columns that the file has: COPY t (a, b) FROM …");
    }

    private ValueTask<ClientInput> ReceiveAsync(string name, LoadProgress progress, CancellationToken cancellationToken)
    {
        Stream input = session.CopyInput ??
            throw new QueryException(
                SqlStates.FeatureNotSupported, "COPY FROM STDIN needs a client that sends the rows");
        return ClientInput.ReceiveAsync(input, name, progress, cancellationToken);
    }
}
