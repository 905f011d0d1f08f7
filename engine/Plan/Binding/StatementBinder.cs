using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>The door to binding: a parsed statement in, one with names and types resolved out.</summary>
internal sealed class StatementBinder
{
    private readonly BindingContext _context;
    private readonly QueryBinder _queries;

    /// <summary>A binder for one statement.</summary>
    /// <param name="catalog">Names to objects, in one snapshot.</param>
    /// <param name="session">Time, zone and user, fixed for the statement.</param>
    /// <param name="parameterTypes">Types of $1, $2, … that the client declared; null entries are inferred.</param>
    public StatementBinder(
        IBinderCatalog catalog, SessionInfo session, IReadOnlyList<LogicalType?>? parameterTypes = null)
    {
        _context = new BindingContext(catalog, session);
        _queries = new QueryBinder(_context);
        if (parameterTypes is not null) _context.DeclareParameters(parameterTypes);
    }

    /// <summary>True when the plan depends on the moment or on chance, so that it must not be kept.</summary>
    public bool IsVolatile => _context.IsVolatile;

    /// <summary>The numbers of parameters that have names, so far.</summary>
    public IReadOnlyDictionary<string, int> ParameterNames => _context.ParameterNames;

    /// <summary>The numbering of columns, for rules that make new ones.</summary>
    public PlanColumnFactory Columns => _context.Columns;

    /// <summary>The statement with names and types resolved.</summary>
    /// <exception cref="QueryException">A name or type is wrong, with its position.</exception>
    public BoundStatement Bind(Statement statement)
    {
        BoundStatement bound;
        try
        {
            bound = BindOne(statement);
        }
        catch (QueryException error) when (!_context.ShowsRowIds && IsAboutRowId(error))
        {
            // Few statements ask for it, so that the others need not look.
            _context.ShowsRowIds = true;
            _context.Changes.Clear();
            bound = BindOne(statement);
        }
        return bound with
        {
            ParameterTypes = _context.ParameterTypes.ToPlanList(), Changes = _context.Changes.ToPlanList(),
        };
    }

    private static bool IsAboutRowId(QueryException error) => error.SqlState == SqlStates.UndefinedColumn
        && (error.Message.EndsWith("\"rowid\"", StringComparison.OrdinalIgnoreCase)
            || error.Message.EndsWith(".rowid\"", StringComparison.OrdinalIgnoreCase));

    /// <summary>The plan that inserts the rows of a source, as COPY FROM does.</summary>
    public BoundQuery BindCopy(BoundCopyFrom copy, IPlanSource source)
    {
        BoundRelation rows = new FromBinder(_context, _queries).ScanOf(source);
        LogicalNode plan = rows.Plan;
        if (copy.Where is not null)
        {
            Scope scope = new(null);
            scope.Tables.Add(new ScopeTable(null, copy.Table.Name, rows.ScopeColumns()));
            plan =
                new Filter(plan, new ExpressionBinder(_context, scope, new Clause("WHERE")).BindCondition(copy.Where));
        }
        plan = CastTexts(plan, copy);
        Insert insert = new ChangeBinder(_context, _queries).InsertOf(copy.Table, plan, [.. copy.TableColumns]);
        return new BoundQuery(PlanKind.Copy, insert) { ReturnsRows = false };
    }

    // Formats that do not know types give text, which is cast as a literal would be.
    private LogicalNode CastTexts(LogicalNode plan, BoundCopyFrom copy)
    {
        PlanList<PlanColumn> given = plan.Output;
        LogicalType TypeOf(int i) => copy.Table.Columns[copy.TableColumns[i]].Type;
        bool IsText(int i) => given[i].Type.Kind == TypeKind.Varchar && TypeOf(i).Kind != TypeKind.Varchar;
        if (!Enumerable.Range(0, given.Count).Any(IsText)) return plan;
        IEnumerable<NamedExpression> columns = given.Select((column, i) =>
        {
            Expression use = new ColumnUse(column);
            if (IsText(i)) use = _context.Explicit(use, TypeOf(i), false, -1);
            return new NamedExpression(_context.Columns.Create(column.Name, use.Type, column.IsNullable), use);
        });
        return new Project(plan, columns.ToPlanList());
    }

    /// <summary>A query whose rows go into a table later.</summary>
    public LogicalNode BindSource(Query query) => _queries.Bind(query, null).Plan;

    /// <summary>The plan that fills a new table from the query of CREATE TABLE AS.</summary>
    public BoundQuery BindFill(LogicalNode source, IPlanTable table) =>
        BindFill(source, table, [.. Enumerable.Range(0, table.Columns.Count)]);

    /// <summary>The plan that inserts rows into these columns of a table, as they are.</summary>
    public BoundQuery BindFill(LogicalNode source, IPlanTable table, IReadOnlyList<int> targets) =>
        new(PlanKind.Insert, new ChangeBinder(_context, _queries).InsertOf(table, source, targets))
        {
            ReturnsRows = false,
        };

    /// <summary>What CREATE TABLE would make of these columns.</summary>
    public TableDescription BindColumns(CreateTableStatement statement) =>
        new TableBinder(_context, _queries).Bind(statement).Table;

    private BoundStatement BindOne(Statement statement)
    {
        ChangeBinder changes = new(_context, _queries);
        switch (statement)
        {
            case QueryStatement query:
                return QueryOf(PlanKind.Select, _queries.Bind(query.Query, null), true);
            case InsertStatement insert:
                return QueryOf(PlanKind.Insert, changes.BindInsert(insert), !insert.Returning.IsEmpty);
            case UpdateStatement update:
                return QueryOf(PlanKind.Update, changes.BindUpdate(update), !update.Returning.IsEmpty);
            case DeleteStatement delete:
                return QueryOf(PlanKind.Delete, changes.BindDelete(delete), !delete.Returning.IsEmpty);
            case MergeStatement merge:
                return QueryOf(PlanKind.Merge, changes.BindMerge(merge), !merge.Returning.IsEmpty);
            case CreateTableStatement create:
                return new TableBinder(_context, _queries).Bind(create);
            case CreateTableAsStatement create:
                return new TableBinder(_context, _queries).Bind(create);
            case CreateViewStatement view:
                return BindView(view);
            case CopyFromStatement copy:
                return BindCopyFrom(copy, changes);
            case CopyToStatement copy:
                return new BoundCopyTo(Named(_queries.Bind(copy.Query, null)), PathOf(copy.Target),
                    OptionValues.Bind(copy.Options, _context));
            case TruncateStatement truncate:
                return new BoundTruncate(
                    truncate.Tables.Select(changes.FindWritable).ToPlanList(), truncate.RestartIdentity);
            case ExplainStatement explain:
                return BindExplain(explain);
            case CallStatement call:
                FunctionReference function = new([new TableFunctionCall(call.Call) { Range = call.Call.Range }]);
                SelectQuery all = new() { Items = [new SelectItem(new StarSyntax())], From = [function] };
                return QueryOf(PlanKind.Select, _queries.Bind(all, null), true);
            case DescribeStatement or SummarizeStatement or ShowStatement { Kind: ShowKind.Columns }:
                return QueryOf(PlanKind.Select, new DescribedRelation(_context, _queries).Bind(statement, null)!, true);
            default:
                return new BoundUtility(statement);
        }
    }

    private BoundQuery QueryOf(PlanKind kind, BoundRelation relation, bool returnsRows) =>
        new(kind, Named(relation)) { ReturnsRows = returnsRows };

    // The names of a result are those of the select list; a column of the plan may be called otherwise.
    private LogicalNode Named(BoundRelation relation)
    {
        PlanList<PlanColumn> output = relation.Plan.Output;
        if (output.Select(c => c.Name).SequenceEqual(relation.Names) && output.All(c => c.Type.Kind != TypeKind.Null))
            return relation.Plan;
        IEnumerable<NamedExpression> columns = output.Select((c, i) => new NamedExpression(
            _context.Columns.Create(
                relation.Names[i], c.Type.Kind == TypeKind.Null ? LogicalType.Varchar : c.Type, c.IsNullable),
            c.Type.Kind == TypeKind.Null ? new Constant(Value.Null(LogicalType.Varchar)) : new ColumnUse(c)));
        return new Project(relation.Plan, columns.ToPlanList());
    }

    private BoundCreateView BindView(CreateViewStatement view)
    {
        BoundRelation body = QueryBinder.Rename(_queries.Bind(view.Query, null), view.Columns, view.Name);
        if (_context.Changes.Count > 0)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "Views must not contain data-modifying statements in WITH",
                view.Query.Position);
        }
        string? named = view.Name.Parts.Count > 1 ? view.Name.Parts[view.Name.Parts.Count - 2].Name : null;
        // A view of something temporary goes with it.
        bool isTemporary = view.IsTemporary || (named is null && body.Plan.DescendantsAndSelf().OfType<Scan>()
            .Any(s => _context.Catalog.IsTemporary(s.Table.SchemaName)));
        string schema = _context.Catalog.SchemaFor(named, isTemporary);
        return new BoundCreateView(
            schema, view.Name.Last.Spelling, view.Columns.Select(c => c.Spelling).ToPlanList(),
            SqlWriter.Write(view.Query), Named(body).Schema)
        {
            Mode = view.Mode,
        };
    }

    private BoundCopyFrom BindCopyFrom(CopyFromStatement copy, ChangeBinder changes)
    {
        IPlanTable table = changes.FindWritable(copy.Table);
        IEnumerable<int> columns = copy.Columns.IsEmpty
            ? Enumerable.Range(0, table.Columns.Count).Where(i => table.Columns[i].GeneratedSql is null)
            : copy.Columns.Select(c => ChangeBinder.ColumnOf(table, c, c.Position));
        PlanList<string> paths = default;
        if (copy.Source.Kind == CopyEndpointKind.Program)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "COPY FROM PROGRAM is not supported", copy.Source.Position);
        }
        if (copy.Source.Path is not null)
        {
            Value path = OptionValues.ValueOf(copy.Source.Path, _context);
            paths = path.Type.Kind == TypeKind.List ? path.Elements.Select(e => e.AsText).ToPlanList() : [path.AsText];
        }
        return new BoundCopyFrom(
            table, columns.ToPlanList(), paths, OptionValues.Bind(copy.Options, _context), copy.Where);
    }

    private string? PathOf(CopyEndpoint target)
    {
        if (target.Kind == CopyEndpointKind.Program)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "COPY TO PROGRAM is not supported", target.Position);
        }
        return target.Path is null ? null : OptionValues.ValueOf(target.Path, _context).AsText;
    }

    private BoundExplain BindExplain(ExplainStatement explain)
    {
        bool isAnalyze = false;
        bool isVerbose = false;
        ExplainFormat format = ExplainFormat.Text;
        foreach (DescribedSetting option in OptionValues.Bind(explain.Options, _context))
        {
            string text = option.Value.ToString().ToLowerInvariant();
            bool isOn = text is "true" or "on" or "1";
            switch (option.Name)
            {
                case "analyze": isAnalyze = isOn; break;
                case "verbose": isVerbose = isOn; break;
                case "format":
                    format = text switch
                    {
                        "text" => ExplainFormat.Text,
                        "json" => ExplainFormat.Json,
                        _ => throw new QueryException(
                            SqlStates.InvalidParameterValue, $"Unknown format of EXPLAIN: {text}", option.Position,
                            "Use text or json."),
                    };
                    break;
                case "costs" or "buffers" or "timing" or "settings" or "summary" or "wal":
                    break;
                default:
                    throw new QueryException(
                        SqlStates.SyntaxError, $"Unrecognized EXPLAIN option: \"{option.Name}\"", option.Position,
                        "There are ANALYZE, VERBOSE and FORMAT.");
            }
        }
        BoundStatement inner = BindOne(explain.Statement switch
        {
            // What is kept for later has a plan when it is used: that of its query.
            CreateViewStatement view => new QueryStatement(view.Query),
            CreateMaterializedViewStatement view => new QueryStatement(view.Query),
            DeclareCursorStatement cursor => new QueryStatement(cursor.Query),
            Statement other => other,
        });
        if (inner is BoundUtility)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "EXPLAIN works on queries and changes", explain.Statement.Position);
        }
        return new BoundExplain(inner, isAnalyze, format) { IsVerbose = isVerbose };
    }
}
