using System.Globalization;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>Statements about data, sessions, transactions and upkeep.</content>
internal sealed partial class SqlWriter
{
    private void WriteStatement(Statement statement)
    {
        EnsureStack();
        switch (statement)
        {
            case QueryStatement query: WriteOperand(query.Query); break;
            case InsertStatement insert: WriteInsert(insert); break;
            case UpdateStatement update: WriteUpdate(update); break;
            case DeleteStatement delete: WriteDelete(delete); break;
            case MergeStatement merge: WriteMerge(merge); break;
            case TruncateStatement truncate:
                Put("TRUNCATE ");
                PutList(truncate.Tables, WriteName);
                PutIf(truncate.RestartIdentity, " RESTART IDENTITY");
                WriteBehavior(truncate.Behavior);
                break;
            case CopyFromStatement copy: WriteCopyFrom(copy); break;
            case CopyToStatement copy: WriteCopyTo(copy); break;
            default:
                if (!TryWriteDefinition(statement) && !TryWriteSession(statement) && !TryWriteUpkeep(statement))
                {
                    throw Invariant.Unreachable(statement.GetType().Name);
                }
                break;
        }
    }

    /// <summary>A query; one that is a statement of its own, such as DESCRIBE, only in parentheses.</summary>
    private void WriteOperand(Query query)
    {
        if (query is StatementQuery) WriteParenthesizedQuery(query);
        else WriteQuery(query);
    }

    private void WriteLeadingWith(WithClause? with)
    {
        if (with is null) return;
        WriteWith(with);
        Put(' ');
    }

    private void WriteTarget(QualifiedName table, Identifier? alias)
    {
        WriteName(table);
        if (alias is null) return;
        Put(" AS ");
        WriteName(alias);
    }

    private void WriteReturning(SyntaxList<SelectItem> returning)
    {
        if (returning.IsEmpty) return;
        Put(" RETURNING ");
        PutList(returning, WriteSelectItem);
    }

    private void WriteInsert(InsertStatement insert)
    {
        WriteLeadingWith(insert.With);
        OnConflictClause? conflict = insert.OnConflict;
        bool isReplace = conflict is { Action: ConflictAction.Replace };
        Put(isReplace ? "INSERT OR REPLACE INTO " : "INSERT INTO ");
        WriteTarget(insert.Table, insert.Alias);
        PutIf(insert.IsByName, " BY NAME");
        if (!insert.Columns.IsEmpty)
        {
            Put(' ');
            PutParenthesized(insert.Columns, WriteName);
        }
        WriteOverriding(insert.Overriding);
        if (insert.Source is null) Put(" DEFAULT VALUES");
        else
        {
            Put(' ');
            WriteQuery(insert.Source);
        }
        if (conflict is not null && !isReplace) WriteOnConflict(conflict);
        WriteReturning(insert.Returning);
    }

    private void WriteOverriding(Overriding overriding)
    {
        PutIf(overriding == Overriding.System, " OVERRIDING SYSTEM VALUE");
        PutIf(overriding == Overriding.User, " OVERRIDING USER VALUE");
    }

    private void WriteOnConflict(OnConflictClause conflict)
    {
        Put(" ON CONFLICT");
        if (conflict.Constraint is not null)
        {
            Put(" ON CONSTRAINT ");
            WriteName(conflict.Constraint);
        }
        else if (!conflict.Target.IsEmpty)
        {
            Put(' ');
            PutParenthesized(conflict.Target, WriteExpression);
            WriteClause(" WHERE ", conflict.TargetWhere);
        }
        if (conflict.Action == ConflictAction.Nothing)
        {
            Put(" DO NOTHING");
            return;
        }
        Put(" DO UPDATE SET ");
        PutList(conflict.Assignments, WriteAssignment);
        WriteClause(" WHERE ", conflict.Where);
    }

    private void WriteAssignment(Assignment assignment)
    {
        if (assignment.IsMultiple) PutParenthesized(assignment.Targets, WriteName);
        else WriteName(assignment.Targets[0]);
        Put(" = ");
        WriteExpression(assignment.Value);
    }

    private void WriteUpdate(UpdateStatement update)
    {
        WriteLeadingWith(update.With);
        Put("UPDATE ");
        WriteTarget(update.Table, update.Alias);
        Put(" SET ");
        PutList(update.Assignments, WriteAssignment);
        if (!update.From.IsEmpty)
        {
            Put(" FROM ");
            PutList(update.From, WriteTable);
        }
        WriteClause(" WHERE ", update.Where);
        WriteReturning(update.Returning);
    }

    private void WriteDelete(DeleteStatement delete)
    {
        WriteLeadingWith(delete.With);
        Put("DELETE FROM ");
        WriteTarget(delete.Table, delete.Alias);
        if (!delete.Using.IsEmpty)
        {
            Put(" USING ");
            PutList(delete.Using, WriteTable);
        }
        WriteClause(" WHERE ", delete.Where);
        WriteReturning(delete.Returning);
    }

    private void WriteMerge(MergeStatement merge)
    {
        WriteLeadingWith(merge.With);
        Put("MERGE INTO ");
        WriteTarget(merge.Table, merge.Alias);
        Put(" USING ");
        WriteTable(merge.Source);
        WriteClause(" ON ", merge.On);
        if (!merge.Using.IsEmpty)
        {
            Put(" USING ");
            WriteNames(merge.Using);
        }
        foreach (MergeClause clause in merge.Clauses)
        {
            Put(clause.Match switch
            {
                MergeMatch.Matched => " WHEN MATCHED",
                MergeMatch.NotMatchedByTarget => " WHEN NOT MATCHED",
                _ => " WHEN NOT MATCHED BY SOURCE",
            });
            WriteClause(" AND ", clause.Condition);
            Put(" THEN ");
            WriteMergeAction(clause.Action);
        }
        WriteReturning(merge.Returning);
    }

    private void WriteMergeAction(MergeAction action)
    {
        switch (action)
        {
            case MergeDeleteAction: Put("DELETE"); break;
            case MergeNothingAction: Put("DO NOTHING"); break;
            case MergeErrorAction error:
                Put("ERROR");
                WriteClause(" ", error.Message);
                break;
            case MergeUpdateAction update:
                Put(update.IsByName ? "UPDATE BY NAME" : "UPDATE");
                if (update.Assignments.IsEmpty) break;
                Put(" SET ");
                PutList(update.Assignments, WriteAssignment);
                break;
            case MergeInsertAction insert: WriteMergeInsert(insert); break;
            default: throw Invariant.Unreachable(action.GetType().Name);
        }
    }

    private void WriteMergeInsert(MergeInsertAction insert)
    {
        Put(insert.IsByName ? "INSERT BY NAME" : "INSERT");
        PutIf(insert.IsDefaultValues, " DEFAULT VALUES");
        if (!insert.Columns.IsEmpty)
        {
            Put(' ');
            PutParenthesized(insert.Columns, WriteName);
        }
        WriteOverriding(insert.Overriding);
        if (insert.Values is null) return;
        Put(" VALUES ");
        PutParenthesized(insert.Values.Values, WriteExpression);
    }

    private void WriteBehavior(DropBehavior behavior)
    {
        PutIf(behavior == DropBehavior.Cascade, " CASCADE");
        PutIf(behavior == DropBehavior.Restrict, " RESTRICT");
    }

    private void WriteCopyFrom(CopyFromStatement copy)
    {
        Put("COPY ");
        WriteName(copy.Table);
        WriteOptionalNames(copy.Columns);
        Put(" FROM ");
        WriteEndpoint(copy.Source, "STDIN");
        WriteOptions(" WITH ", copy.Options);
        WriteClause(" WHERE ", copy.Where);
    }

    private void WriteCopyTo(CopyToStatement copy)
    {
        Put("COPY ");
        WriteParenthesizedQuery(copy.Query);
        Put(" TO ");
        WriteEndpoint(copy.Target, "STDOUT");
        WriteOptions(" WITH ", copy.Options);
    }

    private void WriteEndpoint(CopyEndpoint endpoint, string client)
    {
        PutIf(endpoint.Kind == CopyEndpointKind.Client, client);
        PutIf(endpoint.Kind == CopyEndpointKind.Program, "PROGRAM ");
        if (endpoint.Path is null) return;
        bool bare = endpoint.Path is StringLiteral or ParameterSyntax or ListSyntax or SubquerySyntax;
        PutIf(!bare, "(");
        WriteExpression(endpoint.Path);
        PutIf(!bare, ")");
    }

    private void WriteOptions(string word, SyntaxList<OptionSyntax> options)
    {
        if (options.IsEmpty) return;
        Put(word);
        PutParenthesized(options, WriteOption);
    }

    private void WriteOption(OptionSyntax option)
    {
        WriteName(option.Name);
        if (option.Value is null) return;
        Put(" = ");
        WriteOptionValue(option.Value);
    }

    private void WriteOptionValue(SyntaxExpression value)
    {
        if (value is RowSyntax row) PutParenthesized(row.Fields, WriteOptionValue);
        else WriteExpression(value);
    }

    // Sessions and transactions.

    private bool TryWriteSession(Statement statement)
    {
        switch (statement)
        {
            case BeginStatement begin:
                Put("BEGIN");
                WriteModes(begin.Modes);
                return true;
            case CommitStatement commit:
                Put(commit.AndChain ? "COMMIT AND CHAIN" : "COMMIT");
                return true;
            case RollbackStatement { Savepoint: Identifier savepoint }:
                Put("ROLLBACK TO SAVEPOINT ");
                WriteName(savepoint);
                return true;
            case RollbackStatement rollback:
                Put(rollback.AndChain ? "ROLLBACK AND CHAIN" : "ROLLBACK");
                return true;
            case SavepointStatement savepoint:
                Put("SAVEPOINT ");
                WriteName(savepoint.Name);
                return true;
            case ReleaseSavepointStatement release:
                Put("RELEASE SAVEPOINT ");
                WriteName(release.Name);
                return true;
            case SetTransactionStatement set:
                Put(set.IsForSession ? "SET SESSION CHARACTERISTICS AS TRANSACTION" : "SET TRANSACTION");
                WriteModes(set.Modes);
                return true;
            case SetStatement set:
                Put("SET ");
                WriteScope(set.Scope);
                WriteSettingName(set.Name);
                Put(" = ");
                PutIf(set.Values.IsEmpty, "DEFAULT");
                PutList(set.Values, WriteExpression);
                return true;
            case SetVariableStatement set:
                Put("SET VARIABLE ");
                WriteName(set.Name);
                Put(" = ");
                WriteExpression(set.Value);
                return true;
            case ResetStatement reset:
                Put("RESET ");
                WriteScope(reset.Scope);
                if (reset.Name is null) Put("ALL");
                else WriteSettingName(reset.Name);
                return true;
            case ShowStatement show: WriteShow(show); return true;
            case PrepareStatement prepare:
                Put("PREPARE ");
                WriteName(prepare.Name);
                if (!prepare.ParameterTypes.IsEmpty)
                {
                    Put(' ');
                    PutParenthesized(prepare.ParameterTypes, WriteType);
                }
                Put(" AS ");
                WriteStatement(prepare.Statement);
                return true;
            case ExecuteStatement execute:
                Put("EXECUTE ");
                WriteName(execute.Name);
                if (!execute.Arguments.IsEmpty) PutParenthesized(execute.Arguments, WriteArgument);
                return true;
            case DeallocateStatement deallocate:
                Put("DEALLOCATE ");
                if (deallocate.Name is null) Put("ALL");
                else WriteName(deallocate.Name);
                return true;
            case CallStatement call:
                Put("CALL ");
                WriteExpression(call.Call);
                return true;
            case DeclareCursorStatement declare: WriteDeclare(declare); return true;
            case FetchStatement fetch: WriteFetch(fetch); return true;
            case CloseStatement close:
                Put("CLOSE ");
                if (close.Cursor is null) Put("ALL");
                else WriteName(close.Cursor);
                return true;
            default: return false;
        }
    }

    private void WriteModes(TransactionModes modes)
    {
        string separator = " ";
        if (modes.Isolation is IsolationLevel level)
        {
            Put(level switch
            {
                IsolationLevel.ReadUncommitted => " ISOLATION LEVEL READ UNCOMMITTED",
                IsolationLevel.ReadCommitted => " ISOLATION LEVEL READ COMMITTED",
                IsolationLevel.RepeatableRead => " ISOLATION LEVEL REPEATABLE READ",
                IsolationLevel.Snapshot => " ISOLATION LEVEL SNAPSHOT",
                _ => " ISOLATION LEVEL SERIALIZABLE",
            });
            separator = ", ";
        }
        if (modes.IsReadOnly is bool isReadOnly)
        {
            Put(separator);
            Put(isReadOnly ? "READ ONLY" : "READ WRITE");
            separator = ", ";
        }
        if (modes.IsDeferrable is not bool isDeferrable) return;
        Put(separator);
        Put(isDeferrable ? "DEFERRABLE" : "NOT DEFERRABLE");
    }

    private void WriteScope(SettingScope scope)
    {
        if (scope == SettingScope.Default) return;
        Put(scope.ToString().ToUpperInvariant());
        Put(' ');
    }

    /// <summary>In quotes where a word of the grammar (SCHEMA, ROLE, LOCAL, …) would be read instead.</summary>
    private void WriteSettingName(string name) => Put(string.Join('.', name.Split('.').Select(
        part => Keywords.Find(part) == Keyword.NotAKeyword ? SqlNames.Write(part) : SqlNames.Quote(part))));

    private void WriteShow(ShowStatement show)
    {
        Put(show.Kind switch
        {
            ShowKind.Setting => "SHOW ",
            ShowKind.AllSettings => "SHOW ALL",
            ShowKind.Tables => "SHOW TABLES",
            ShowKind.AllTables => "SHOW ALL TABLES",
            ShowKind.Schemas => "SHOW SCHEMAS",
            ShowKind.Databases => "SHOW DATABASES",
            ShowKind.Views => "SHOW VIEWS",
            ShowKind.Functions => "SHOW FUNCTIONS",
            _ => "SHOW COLUMNS",
        });
        if (show.Name is null) return;
        PutIf(show.Kind != ShowKind.Setting, " FROM ");
        WriteName(show.Name);
    }

    private void WriteDeclare(DeclareCursorStatement declare)
    {
        Put("DECLARE ");
        WriteName(declare.Name);
        PutIf(declare.IsBinary, " BINARY");
        PutIf(declare.IsScroll == true, " SCROLL");
        PutIf(declare.IsScroll == false, " NO SCROLL");
        Put(declare.WithHold ? " CURSOR WITH HOLD FOR " : " CURSOR FOR ");
        WriteQuery(declare.Query);
    }

    private void WriteFetch(FetchStatement fetch)
    {
        Put(fetch.IsMove ? "MOVE " : "FETCH ");
        Put(fetch.Direction.ToString().ToUpperInvariant());
        Put(' ');
        Put(fetch.Count is long count ? count.ToString(CultureInfo.InvariantCulture) : "ALL");
        Put(" FROM ");
        WriteName(fetch.Cursor);
    }

    // Explanation and upkeep.

    private bool TryWriteUpkeep(Statement statement)
    {
        switch (statement)
        {
            case ExplainStatement explain:
                Put("EXPLAIN ");
                WriteExplainOptions(explain.Options);
                WriteStatement(explain.Statement);
                return true;
            case ExplainStorageStatement explain:
                Put("EXPLAIN ");
                WriteExplainOptions(explain.Options);
                Put("STORAGE ");
                WriteName(explain.Table);
                return true;
            case ExplainDistributionStatement explain:
                Put("EXPLAIN ");
                WriteExplainOptions(explain.Options);
                Put("DISTRIBUTION ");
                WriteName(explain.Table);
                if (explain.Distribution is null) return true;
                Put(" BY ");
                WriteDistribution(explain.Distribution);
                return true;
            case ExplainFragmentsStatement explain:
                Put("EXPLAIN ");
                WriteExplainOptions(explain.Options);
                Put("FRAGMENTS ");
                WriteStatement(explain.Statement);
                return true;
            case DescribeStatement describe:
                Put("DESCRIBE ");
                WriteOperand(describe.Query);
                return true;
            case SummarizeStatement summarize:
                Put("SUMMARIZE ");
                WriteOperand(summarize.Query);
                return true;
            case VacuumStatement vacuum:
                Put("VACUUM");
                WriteOptions(" ", vacuum.Options);
                WriteTargets(vacuum.Targets);
                return true;
            case AnalyzeStatement analyze:
                Put("ANALYZE");
                WriteOptions(" ", analyze.Options);
                WriteTargets(analyze.Targets);
                return true;
            case CheckpointStatement: Put("CHECKPOINT"); return true;
            case ExportDatabaseStatement export:
                Put("EXPORT DATABASE ");
                PutString(export.Path);
                WriteOptions(" ", export.Options);
                return true;
            case ImportDatabaseStatement import:
                Put("IMPORT DATABASE ");
                PutString(import.Path);
                return true;
            case BackupStatement backup:
                Put("BACKUP TO ");
                PutString(backup.Path);
                WriteOptions(" ", backup.Options);
                return true;
            case DiscardStatement discard:
                Put("DISCARD ");
                Put(discard.Kind.ToString().ToUpperInvariant());
                return true;
            case NotificationStatement notification:
                Put(notification.Kind.ToString().ToUpperInvariant());
                Put(' ');
                if (notification.Channel is null) Put('*');
                else WriteName(notification.Channel);
                if (notification.Payload is null) return true;
                Put(", ");
                PutString(notification.Payload);
                return true;
            case LockStatement locking:
                Put("LOCK TABLE ");
                PutList(locking.Tables, WriteName);
                if (locking.Mode is not null) Put($" IN {locking.Mode.ToUpperInvariant()} MODE");
                PutIf(locking.NoWait, " NOWAIT");
                return true;
            case GrantStatement grant: WriteGrant(grant); return true;
            default: return false;
        }
    }

    private void WriteExplainOptions(SyntaxList<OptionSyntax> options)
    {
        if (options.IsEmpty) return;
        PutParenthesized(options, option =>
        {
            // ANALYZE is reserved, and quotes would hide from the parser that this is a list of options.
            Put(SqlNames.IsPlain(option.Name.Name) ? option.Name.Name : SqlNames.Quote(option.Name.Name));
            if (option.Value is null) return;
            Put(' ');
            WriteOptionValue(option.Value);
        });
        Put(' ');
    }

    private void WriteTargets(SyntaxList<MaintenanceTarget> targets)
    {
        if (targets.IsEmpty) return;
        Put(' ');
        PutList(targets, target =>
        {
            WriteName(target.Table);
            WriteOptionalNames(target.Columns);
        });
    }

    private void WriteGrant(GrantStatement grant)
    {
        Put(grant.IsRevoke ? "REVOKE " : "GRANT ");
        string optionName = grant.Kind is null ? "ADMIN" : "GRANT";
        PutIf(grant.IsRevoke && grant.GrantOption, $"{optionName} OPTION FOR ");
        PutIf(grant.Privileges.IsEmpty, "ALL");
        PutList(grant.Privileges, privilege =>
        {
            Put(SqlNames.IsPlain(privilege.Name.Name) ? privilege.Name.Name : SqlNames.Quote(privilege.Name.Name));
            WriteOptionalNames(privilege.Columns);
        });
        if (grant.Kind is ObjectKind kind)
        {
            Put(" ON ");
            if (grant.AllInSchema) Put($"ALL {WordOf(kind)}S IN SCHEMA ");
            else Put($"{WordOf(kind)} ");
            PutList(grant.Objects, WriteName);
        }
        Put(grant.IsRevoke ? " FROM " : " TO ");
        PutList(grant.Grantees, WriteName);
        PutIf(!grant.IsRevoke && grant.GrantOption, $" WITH {optionName} OPTION");
        WriteBehavior(grant.Behavior);
    }

    private static string WordOf(ObjectKind kind) => kind switch
    {
        ObjectKind.MaterializedView => "MATERIALIZED VIEW",
        ObjectKind.TableMacro => "MACRO TABLE",
        _ => kind.ToString().ToUpperInvariant(),
    };
}
