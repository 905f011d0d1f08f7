using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Turns CREATE TABLE, from columns or from a query, into the description of a table.</summary>
internal sealed class TableBinder(BindingContext context, QueryBinder queries)
{
    private readonly List<PlanTableColumn> _columns = [];
    private readonly List<DescribedCheck> _checks = [];
    private readonly List<PlanList<int>> _unique = [];
    private readonly List<string> _uniqueNames = [];
    private PlanList<int> _primaryKey;
    private string? _primaryKeyName;
    private string _table = "";

    /// <summary>CREATE TABLE t (columns) options</summary>
    public BoundCreateTable Bind(Syntax.CreateTableStatement statement)
    {
        (string schema, _table) = NameOf(statement.Name, statement.IsTemporary, statement.OnCommit);
        foreach (Syntax.TableElement element in statement.Elements)
        {
            switch (element)
            {
                case Syntax.ColumnDefinition column: AddColumn(column, statement); break;
                case Syntax.LikeElement like: AddLike(like); break;
            }
        }
        foreach (Syntax.TableElement element in statement.Elements)
        {
            if (element is Syntax.TableConstraint constraint) AddConstraint(constraint.Constraint, null);
        }
        if (_columns.Count == 0)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "A table must have at least one column", statement.Name.Position);
        }
        CheckExpressions();
        return new BoundCreateTable(Describe(schema, statement.Options), statement.Mode, statement.OnCommit);
    }

    /// <summary>CREATE TABLE t AS query</summary>
    public BoundCreateTable Bind(Syntax.CreateTableAsStatement statement)
    {
        (string schema, _table) = NameOf(statement.Name, statement.IsTemporary, statement.OnCommit);
        BoundRelation source = queries.Bind(statement.Query, null);
        source = QueryBinder.Rename(source, statement.Columns, statement.Name);
        LogicalType[] types =
            [.. source.Plan.Output.Select(c => c.Type.Kind == TypeKind.Null ? LogicalType.Integer : c.Type)];
        for (int i = 0; i < types.Length; i++)
        {
            AddUnique(new PlanTableColumn(source.Names[i], types[i], true), statement.Name.Position);
        }
        return new BoundCreateTable(Describe(schema, statement.Options), statement.Mode, statement.OnCommit)
        {
            Source = statement.WithNoData ? null : queries.CastColumns(source.Plan, types),
        };
    }

    private (string Schema, string Name) NameOf(
        Syntax.QualifiedName name, bool isTemporary, Syntax.OnCommit onCommit)
    {
        string? named = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        if (onCommit != Syntax.OnCommit.Default && !isTemporary)
        {
            throw new QueryException(
                "42P16", "ON COMMIT can only be used on temporary tables", name.Position, "Write CREATE TEMP TABLE.");
        }
        string schema = context.Catalog.SchemaFor(named, isTemporary);
        if (!context.Catalog.HasSchema(schema))
        {
            throw new QueryException(
                SqlStates.InvalidSchemaName, $"Schema does not exist: \"{schema}\"", name.Position);
        }
        return (schema, name.Last.IsQuoted ? name.Last.Name : name.Last.Spelling);
    }

    private void AddUnique(PlanTableColumn column, int position)
    {
        if (_columns.Exists(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new QueryException(
                SqlStates.DuplicateColumn, $"Column specified more than once: \"{column.Name}\"", position);
        }
        _columns.Add(column);
    }

    private void AddColumn(Syntax.ColumnDefinition written, Syntax.CreateTableStatement statement)
    {
        Syntax.ColumnDefinition definition = Domains.Expand(written, context);
        string name = definition.Name.Spelling;
        Syntax.GeneratedConstraint? generated =
            definition.Constraints.OfType<Syntax.GeneratedConstraint>().FirstOrDefault();
        if (definition.Type is null && generated is null)
        {
            throw new QueryException(SqlStates.SyntaxError, $"Column needs a type: \"{name}\"", definition.Position);
        }
        LogicalType? serial = SequenceBinder.SerialType(definition.Type);
        LogicalType type = serial ?? (definition.Type is null
            ? TypeOfGenerated(generated!, statement)
            : TypeBinder.Bind(definition.Type, context));
        TextLimit? limit = TypeBinder.LimitOf(definition.Type);
        string? defaultSql = null;
        bool isNullable = serial is null;
        IdentityKind identity = IdentityKind.None;
        SequenceDefinition? sequence = serial is null ? null : SequenceBinder.Create(null, serial, context);
        foreach (Syntax.ConstraintSyntax constraint in definition.Constraints)
        {
            switch (constraint)
            {
                case Syntax.NotNullConstraint { IsNullAllowed: false }:
                    isNullable = false;
                    break;
                case Syntax.NotNullConstraint { IsNullAllowed: true } when !isNullable:
                    throw new QueryException(
                        SqlStates.SyntaxError,
                        $"Conflicting NULL/NOT NULL declarations for column \"{name}\" of table \"{_table}\"",
                        constraint.Position);
                case Syntax.DefaultConstraint value:
                    if (defaultSql is not null || sequence is not null) throw Twice("default", name, value.Position);
                    defaultSql = DefaultOf(value.Value, type, name, context);
                    break;
                case Syntax.IdentityConstraint given:
                    if (defaultSql is not null || sequence is not null) throw Twice("default", name, given.Position);
                    sequence = IdentityOf(given, type, context);
                    identity = given.IsAlways ? IdentityKind.Always : IdentityKind.ByDefault;
                    isNullable = false;
                    break;
            }
        }
        RequireOne(generated, definition, defaultSql ?? (sequence is null ? null : ""));
        AddUnique(
            new PlanTableColumn(name, type, isNullable)
            {
                DefaultSql = defaultSql,
                GeneratedSql = generated is null ? null : SqlWriter.Write(generated.Expression),
                Collation = definition.Collation is { } collation
                    ? ExpressionBinder.CollationOf(collation) is { Length: > 0 } own ? own : null : null,
                MaxLength = limit?.Length ?? 0, IsBlankPadded = limit?.IsBlankPadded ?? false,
                Identity = identity, NewSequence = sequence,
                Compression = definition.Compression is { } compression
                    ? TableSettings.Compression(compression.Name, compression.Position, isColumn: true) : "",
            },
            definition.Position);
        foreach (Syntax.ConstraintSyntax constraint in definition.Constraints)
            AddConstraint(constraint, _columns.Count - 1);
    }

    /// <summary>DEFAULT as a table keeps it.</summary>
    /// <exception cref="QueryException">It has another type, or uses a column.</exception>
    public static string DefaultOf(
        Syntax.SyntaxExpression value, LogicalType type, string column, BindingContext context)
    {
        Syntax.SyntaxExpression resolved = SequenceNames.Resolve(value, context);
        ExpressionBinder binder = new(context, new Scope(null), new Clause("DEFAULT"));
        try
        {
            context.Assign(binder.Bind(resolved), type, column);
        }
        catch (QueryException error) when (error.SqlState == SqlStates.UndefinedColumn)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "Cannot use column reference in DEFAULT expression", error.Position);
        }
        return SqlWriter.Write(resolved);
    }

    /// <summary>The sequence of an identity column.</summary>
    /// <exception cref="QueryException">22023: the column is no integer.</exception>
    public static SequenceDefinition IdentityOf(
        Syntax.IdentityConstraint identity, LogicalType type, BindingContext context)
    {
        if (type.Kind is not (TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "Identity column type must be smallint, integer, or bigint",
                identity.Position);
        }
        return SequenceBinder.Create(identity.Options, type, context) with { IsIdentity = true };
    }

    private QueryException Twice(string what, string column, int position) => new(
        SqlStates.SyntaxError, $"Multiple {what} values specified for column \"{column}\" of table \"{_table}\"",
        position);

    private void RequireOne(
        Syntax.GeneratedConstraint? generated, Syntax.ColumnDefinition definition, string? defaultSql)
    {
        if (generated is null || defaultSql is null) return;
        throw new QueryException(
            SqlStates.SyntaxError,
            $"Both default and generation expression specified for column \"{definition.Name.Name}\" of table " +
            $"\"{_table}\"", definition.Position);
    }

    private void AddLike(Syntax.LikeElement like)
    {
        IPlanTable source = new ChangeBinder(context, queries).FindWritable(like.Table);
        foreach (PlanTableColumn column in source.Columns)
        {
            AddUnique(LikeOf(column, like), like.Position);
        }
        if (Includes(like, "constraints"))
            foreach ((string name, string sql) in source.Checks) _checks.Add(new DescribedCheck(name, sql));
        if (!Includes(like, "indexes")) return;
        int first = _columns.Count - source.Columns.Count;
        for (int i = 0; i < source.UniqueKeys.Count; i++)
        {
            PlanList<int> key = source.UniqueKeys[i].Select(c => c + first).ToPlanList();
            bool isPrimary = i == 0 && source.HasPrimaryKey;
            AddKey(new Syntax.UniqueConstraint(default, isPrimary) { Range = like.Range }, key);
        }
    }

    // What LIKE leaves out is as if it had not been said.
    private static PlanTableColumn LikeOf(PlanTableColumn column, Syntax.LikeElement like)
    {
        bool isIdentity = column.Identity != IdentityKind.None;
        bool keepsIdentity = isIdentity && Includes(like, "identity");
        bool keepsDefault = !isIdentity && Includes(like, "defaults");
        return column with
        {
            DefaultSql = keepsDefault ? column.DefaultSql : null,
            GeneratedSql = Includes(like, "generated") ? column.GeneratedSql : null,
            Identity = keepsIdentity ? column.Identity : IdentityKind.None,
            Compression = Includes(like, "compression") ? column.Compression : "",
            NewSequence = keepsIdentity
                ? new SequenceDefinition(column.Type, 0) { Maximum = MostOf(column.Type), IsIdentity = true }
                : null,
        };
    }

    private static long MostOf(LogicalType type) => type.Kind switch
    {
        TypeKind.SmallInt => short.MaxValue,
        TypeKind.Integer => int.MaxValue,
        _ => long.MaxValue,
    };

    private static bool Includes(Syntax.LikeElement like, string what) =>
        like.Including.Any(i => i == "all" || i == what) && !like.Excluding.Any(e => e == "all" || e == what);

    // The columns that say their types are known wherever they stand, others from their place on.
    private LogicalType TypeOfGenerated(Syntax.GeneratedConstraint generated, Syntax.CreateTableStatement statement)
    {
        Scope scope = ColumnScope();
        IEnumerable<ScopeColumn> later = statement.Elements.OfType<Syntax.ColumnDefinition>()
            .Where(d => d.Type is not null && !_columns.Exists(c => ScopeTable.NamesMatch(d.Name, c.Name)))
            .Select(d => Domains.Expand(d, context))
            .Select(d => new ScopeColumn(d.Name.Spelling, new ColumnUse(context.Columns.Create(
                d.Name.Spelling, SequenceBinder.SerialType(d.Type) ?? TypeBinder.Bind(d.Type!, context)))));
        scope.Tables[0] = scope.Tables[0] with { Columns = [.. scope.Tables[0].Columns, .. later] };
        return new ExpressionBinder(context, scope, new Clause("a generated column")).Bind(generated.Expression).Type;
    }

    private Scope ColumnScope()
    {
        Scope scope = new(null);
        scope.Tables.Add(new ScopeTable(null, _table,
            [.. _columns.Select(
                c => new ScopeColumn(c.Name, new ColumnUse(context.Columns.Create(c.Name, c.Type, c.IsNullable))))]));
        return scope;
    }

    // Expressions over columns are bound once here, so that a wrong one is refused now and not at the first insert.
    private void CheckExpressions()
    {
        Scope scope = ColumnScope();
        GeneratedColumns.Bind(_table, _columns, [.. scope.Tables[0].Columns.Select(c => c.Expression)], context);
        foreach (DescribedCheck check in _checks)
        {
            new ExpressionBinder(context, scope, new Clause("CHECK")).BindCondition(Parser.ParseExpression(check.Sql));
        }
    }

    private void AddConstraint(Syntax.ConstraintSyntax constraint, int? column)
    {
        switch (constraint)
        {
            case Syntax.CheckConstraint check:
                string name = NameOfCheck(check, column is { } only ? _columns[only].Name : null);
                _checks.Add(new DescribedCheck(name, SqlWriter.Write(check.Condition)));
                break;
            case Syntax.UniqueConstraint unique:
                PlanList<int> key = column is { } own ? [own] : unique.Columns.Select(c => PositionOf(c)).ToPlanList();
                AddKey(unique, key);
                break;
            case Syntax.ForeignKeyConstraint:
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "FOREIGN KEY is not supported", constraint.Position,
                    "Leave it out: ColFrag does not check references between tables.");
        }
    }

    // PostgreSQL's names: of the table, and of the column that the check stands at.
    private string NameOfCheck(Syntax.CheckConstraint check, string? column)
    {
        if (check.Name is not null)
        {
            return !_checks.Exists(c => c.Name == check.Name.Name) ? check.Name.Name : throw new QueryException(
                SqlStates.DuplicateObject, $"Check constraint \"{check.Name.Name}\" already exists",
                check.Name.Position);
        }
        return NewCheckName(
            _table, column ?? OnlyColumnOf(check.Condition), name => _checks.Exists(c => c.Name == name));
    }

    /// <summary>The column that an expression uses where it is only one; else null.</summary>
    public static string? OnlyColumnOf(Syntax.SyntaxExpression expression)
    {
        string[] used = [.. expression.DescendantsAndSelf().OfType<Syntax.ColumnSyntax>()
            .Select(c => c.Name.Last.Name).Distinct().Take(2)];
        return used.Length == 1 ? used[0] : null;
    }

    /// <summary>A name for a check that has none.</summary>
    public static string NewCheckName(string table, string? column, Predicate<string> isTaken)
    {
        string stem = column is null ? $"{table}_check" : $"{table}_{column}_check";
        string name = stem;
        for (int i = 1; isTaken(name); i++) name = $"{stem}{i}";
        return name;
    }

    private void AddKey(Syntax.UniqueConstraint unique, PlanList<int> key)
    {
        if (unique.NullsNotDistinct)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "UNIQUE NULLS NOT DISTINCT is not supported", unique.Position,
                "Rows with NULL in a key are never duplicates; make the column NOT NULL with a DEFAULT.");
        }
        if (!unique.IsPrimaryKey)
        {
            if (_unique.Contains(key)) return;
            _unique.Add(key);
            _uniqueNames.Add(unique.Name?.Spelling ?? "");
            return;
        }
        if (!_primaryKey.IsEmpty)
        {
            throw new QueryException(
                "42P16", $"Multiple primary keys for table \"{_table}\" are not allowed", unique.Position);
        }
        _primaryKey = key;
        _primaryKeyName = unique.Name?.Spelling;
        foreach (int column in key) _columns[column] = _columns[column] with { IsNullable = false };
    }

    private int PositionOf(Syntax.Identifier name)
    {
        int index = _columns.FindIndex(c => ScopeTable.NamesMatch(name, c.Name));
        if (index >= 0) return index;
        string? near = Suggestion.Nearest(name.Name, _columns.Select(c => c.Name));
        throw new QueryException(
            SqlStates.UndefinedColumn, $"Column does not exist: \"{name.Name}\"", name.Position,
            near is null ? null : $"Did you mean \"{near}\"?");
    }

    // ---- Options ---------------------------------------------------------------------------------------------------

    private TableDescription Describe(string schema, Syntax.TableOptionsSyntax? options)
    {
        TableDescription table = new(schema, _table, _columns.ToPlanList())
        {
            PrimaryKey = _primaryKey,
            UniqueKeys = _unique.ToPlanList(),
            PrimaryKeyName = _primaryKeyName,
            UniqueKeyNames = _uniqueNames.ToPlanList(),
            Checks = _checks.ToPlanList(),
            // A key table is cut by its key, so that equal keys meet in one range.
            Distribution = _primaryKey.IsEmpty ? DistributionKind.RoundRobin : DistributionKind.Hash,
            DistributedBy = _primaryKey,
        };
        // Rows of a temporary table are not read often enough for small files to pay.
        DescribedSetting fast = new(TableDefinition.EncodingOption, Value.Text("fast"), 0);
        DescribedSetting lifetime = new(TableDefinition.LifetimeOption, Value.Text("session"), 0);
        if (context.Catalog.IsTemporary(schema)) table = table with { Settings = [fast, lifetime] };
        if (options is null) return table;
        if (options.Distribution is { } distribution)
        {
            table = table with
            {
                Distribution = distribution.Kind,
                DistributedBy = distribution.Columns.Select(PositionOf).ToPlanList(),
            };
            RequireKeyInDistribution(table, distribution);
        }
        table = table with
        {
            OrderBy = options.OrderBy.Select(DescribeOrder).ToPlanList(),
            ColumnGroups = DescribeGroups(options),
        };
        List<DescribedSetting> others = [];
        foreach (DescribedSetting setting in OptionValues.Bind(options.Settings, context))
            table = Apply(table, setting, others);
        foreach (DescribedSetting setting in table.Settings)
        {
            if (!others.Exists(s => s.Name == setting.Name)) others.Add(setting);
        }
        return table with { Settings = others.ToPlanList() };
    }

    private static void RequireKeyInDistribution(TableDescription table, Syntax.DistributionSyntax distribution)
    {
        if (table.PrimaryKey.IsEmpty || table.Distribution == DistributionKind.Broadcast) return;
        bool isInside = !table.DistributedBy.IsEmpty && table.DistributedBy.All(c => table.PrimaryKey.Contains(c));
        if (isInside) return;
        throw new QueryException(
            "42P16", "A PRIMARY KEY must contain the distribution columns", distribution.Position,
            "Otherwise rows with equal keys could lie on different workers.");
    }

    private DescribedOrder DescribeOrder(Syntax.OrderItem item)
    {
        if (item.Expression is not Syntax.ColumnSyntax { Name.Parts.Count: 1 } column)
        {
            throw new QueryException(
                SqlStates.InvalidColumnReference, "ORDER BY of a table takes columns", item.Position);
        }
        bool isDescending = item.Direction == Syntax.SortDirection.Descending;
        bool nullsFirst = item.Nulls == Syntax.NullOrder.First
            || (item.Nulls == Syntax.NullOrder.Default && isDescending);
        return new DescribedOrder(PositionOf(column.Name.Last), isDescending, nullsFirst);
    }

    private PlanList<PlanList<int>> DescribeGroups(Syntax.TableOptionsSyntax options)
    {
        HashSet<int> seen = [];
        return options.ColumnGroups.Select(group => group.Columns.Select(name =>
        {
            int column = PositionOf(name);
            return seen.Add(column) ? column : throw new QueryException(
                SqlStates.DuplicateColumn, $"Column is in two column groups: \"{name.Name}\"", name.Position);
        }).ToPlanList()).ToPlanList();
    }

    private TableDescription Apply(TableDescription table, DescribedSetting setting, List<DescribedSetting> others)
    {
        switch (setting.Name)
        {
            case "replicas":
                return table with { Replicas = TableSettings.Whole(setting, 1, 64) };
            case "ranges":
                return table with { Ranges = TableSettings.Whole(setting, 1, TableSettings.MaxRanges) };
            case "compression":
                return table with
                {
                    Compression = TableSettings.Compression(setting.Value.ToString(), setting.Position),
                };
            case TableDefinition.EncodingOption:
                others.Add(setting with { Value = Value.Text(TableSettings.Encoding(setting)) });
                return table;
            case TableDefinition.PlacementOption:
                others.Add(setting with { Value = Value.Text(TableSettings.Placement(setting)) });
                return table;
            case "bloom":
                return table with
                {
                    BloomColumns =
                        TableSettings.Names(setting).Select(n => PositionOf(new Syntax.Identifier(n))).ToPlanList(),
                };
            case "retention":
                return table with { Retention = TableSettings.Retention(setting) };
            case "salt" when table.Distribution != DistributionKind.Hash:
                throw new QueryException(
                    SqlStates.InvalidParameterValue, "Option salt needs a distribution by hash", setting.Position,
                    "Say distributed_by = hash(columns) too: salt spreads the rows of each key over several ranges.");
            case "salt":
                return table with { Salt = TableSettings.Whole(setting, 0, TableSettings.MaxSalt) };
            // PostgreSQL's, about pages that there are none of here.
            case "fillfactor" or "parallel_workers" or "toast_tuple_target" or "autovacuum_enabled":
                return table;
            default:
                throw TableSettings.Unknown(setting.Name, setting.Position);
        }
    }
}
