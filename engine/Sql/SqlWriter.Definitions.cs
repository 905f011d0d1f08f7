using System.Globalization;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>Statements that define, change and drop things.</content>
internal sealed partial class SqlWriter
{
    private bool TryWriteDefinition(Statement statement)
    {
        switch (statement)
        {
            case CreateTableStatement create:
                WriteCreate("TABLE", create.Mode, create.IsTemporary, create.Name);
                Put(' ');
                PutParenthesized(create.Elements, WriteTableElement);
                WriteTableOptions(create.Options);
                WriteOnCommit(create.OnCommit);
                return true;
            case CreateTableAsStatement create:
                WriteCreate("TABLE", create.Mode, create.IsTemporary, create.Name);
                WriteOptionalNames(create.Columns);
                WriteTableOptions(create.Options);
                WriteOnCommit(create.OnCommit);
                WriteAsQuery(create.Query, create.WithNoData);
                return true;
            case CreateTableCloneStatement create:
                WriteCreate("TABLE", create.Mode, create.IsTemporary, create.Name);
                Put(" CLONE ");
                WriteName(create.Source);
                if (create.AsOf is not null) WriteAsOf(create.AsOf);
                return true;
            case CreateSchemaStatement create:
                WriteCreate("SCHEMA", create.Mode, false, create.Name);
                if (create.Owner is null) return true;
                Put(" AUTHORIZATION ");
                WriteName(create.Owner);
                return true;
            case CreateViewStatement create:
                WriteCreate(
                    create.IsRecursive ? "RECURSIVE VIEW" : "VIEW", create.Mode, create.IsTemporary, create.Name);
                WriteOptionalNames(create.Columns);
                WriteOptions(" WITH ", create.Options);
                WriteAsQuery(create.Query, false);
                return true;
            case CreateMaterializedViewStatement create:
                WriteCreate("MATERIALIZED VIEW", create.Mode, false, create.Name);
                WriteOptionalNames(create.Columns);
                WriteTableOptions(create.Options);
                WriteAsQuery(create.Query, create.WithNoData);
                return true;
            case RefreshStatement refresh:
                Put("REFRESH MATERIALIZED VIEW ");
                PutIf(refresh.IsConcurrent, "CONCURRENTLY ");
                WriteName(refresh.Name);
                PutIf(refresh.WithNoData, " WITH NO DATA");
                return true;
            case CreateSequenceStatement create:
                WriteCreate("SEQUENCE", create.Mode, create.IsTemporary, create.Name);
                WriteSequenceOptions(create.Options);
                return true;
            case CreateMacroStatement create:
                WriteCreate("MACRO", create.Mode, create.IsTemporary, create.Name);
                PutList(create.Overloads, WriteOverload);
                return true;
            case CreateFunctionStatement create: WriteCreateFunction(create); return true;
            case CreateTypeStatement create:
                WriteCreate("TYPE", create.Mode, false, create.Name);
                Put(" AS ");
                if (create.EnumQuery is null) WriteType(create.Type);
                else
                {
                    Put("enum ");
                    WriteParenthesizedQuery(create.EnumQuery);
                }
                return true;
            case CreateIndexStatement create: WriteCreateIndex(create); return true;
            case DropStatement drop:
                Put($"DROP {WordOf(drop.Kind)} ");
                PutIf(drop.IfExists, "IF EXISTS ");
                PutList(drop.Targets, target =>
                {
                    WriteName(target.Name);
                    if (target.HasParameterTypes) PutParenthesized(target.ParameterTypes, WriteType);
                });
                WriteBehavior(drop.Behavior);
                return true;
            case UndropTableStatement undrop:
                Put("UNDROP TABLE ");
                WriteName(undrop.Name);
                if (undrop.NewName is null) return true;
                Put(" RENAME TO ");
                WriteName(undrop.NewName);
                return true;
            case CommentStatement comment:
                Put($"COMMENT ON {WordOf(comment.Kind)} ");
                WriteName(comment.Name);
                Put(" IS ");
                if (comment.Text is null) Put("NULL");
                else PutString(comment.Text);
                return true;
            case AlterStatement alter:
                Put($"ALTER {WordOf(alter.Kind)} ");
                PutIf(alter.IfExists, "IF EXISTS ");
                WriteName(alter.Name);
                Put(' ');
                PutList(alter.Actions, WriteAction);
                return true;
            default: return false;
        }
    }

    private void WriteCreate(string what, CreateMode mode, bool temporary, QualifiedName name)
    {
        Put(mode == CreateMode.OrReplace ? "CREATE OR REPLACE " : "CREATE ");
        PutIf(temporary, "TEMPORARY ");
        Put(what);
        Put(mode == CreateMode.IfNotExists ? " IF NOT EXISTS " : " ");
        WriteName(name);
    }

    private void WriteAsQuery(Query query, bool noData)
    {
        Put(" AS ");
        WriteQuery(query);
        PutIf(noData, " WITH NO DATA");
    }

    private void WriteOnCommit(OnCommit action) => Put(action switch
    {
        OnCommit.PreserveRows => " ON COMMIT PRESERVE ROWS",
        OnCommit.DeleteRows => " ON COMMIT DELETE ROWS",
        OnCommit.Drop => " ON COMMIT DROP",
        _ => "",
    });

    private void WriteTableElement(TableElement element)
    {
        switch (element)
        {
            case ColumnDefinition column: WriteColumn(column); break;
            case TableConstraint constraint: WriteConstraint(constraint.Constraint, isColumn: false); break;
            case LikeElement like:
                Put("LIKE ");
                WriteName(like.Table);
                foreach (string part in like.Including) Put($" INCLUDING {SqlNames.Write(part)}");
                foreach (string part in like.Excluding) Put($" EXCLUDING {SqlNames.Write(part)}");
                break;
            default: throw Invariant.Unreachable(element.GetType().Name);
        }
    }

    private void WriteColumn(ColumnDefinition column)
    {
        WriteName(column.Name);
        if (column.Type is not null)
        {
            Put(' ');
            WriteType(column.Type);
        }
        if (column.Collation is not null)
        {
            Put(" COLLATE ");
            WriteName(column.Collation);
        }
        if (column.Compression is not null)
        {
            Put(" COMPRESSION ");
            WriteName(column.Compression);
        }
        foreach (ConstraintSyntax constraint in column.Constraints)
        {
            Put(' ');
            WriteConstraint(constraint, isColumn: true);
        }
    }

    private void WriteConstraint(ConstraintSyntax constraint, bool isColumn)
    {
        if (constraint.Name is not null)
        {
            Put("CONSTRAINT ");
            WriteName(constraint.Name);
            Put(' ');
        }
        switch (constraint)
        {
            case NotNullConstraint notNull: Put(notNull.IsNullAllowed ? "NULL" : "NOT NULL"); break;
            case DefaultConstraint value:
                Put("DEFAULT ");
                WriteExpression(value.Value, Precedence.Other);
                break;
            case CheckConstraint check:
                Put("CHECK (");
                WriteExpression(check.Condition);
                Put(')');
                break;
            case UniqueConstraint unique:
                Put(unique.IsPrimaryKey ? "PRIMARY KEY" : "UNIQUE");
                PutIf(unique.NullsNotDistinct, " NULLS NOT DISTINCT");
                WriteOptionalNames(unique.Columns);
                break;
            case ForeignKeyConstraint key: WriteForeignKey(key, isColumn); break;
            case GeneratedConstraint generated:
                Put("GENERATED ALWAYS AS (");
                WriteExpression(generated.Expression);
                Put(generated.IsStored ? ") STORED" : ") VIRTUAL");
                break;
            case IdentityConstraint identity:
                Put(identity.IsAlways ? "GENERATED ALWAYS AS IDENTITY" : "GENERATED BY DEFAULT AS IDENTITY");
                if (identity.Options is null) break;
                Put(" (");
                WriteSequenceOptions(identity.Options);
                Put(')');
                break;
            default: throw Invariant.Unreachable(constraint.GetType().Name);
        }
    }

    private void WriteForeignKey(ForeignKeyConstraint key, bool isColumn)
    {
        if (!isColumn)
        {
            Put("FOREIGN KEY ");
            WriteNames(key.Columns);
            Put(' ');
        }
        Put("REFERENCES ");
        WriteName(key.Table);
        WriteOptionalNames(key.ReferencedColumns);
        WriteReferentialAction(" ON DELETE ", key.OnDelete);
        WriteReferentialAction(" ON UPDATE ", key.OnUpdate);
    }

    private void WriteReferentialAction(string when, ReferentialAction action)
    {
        if (action == ReferentialAction.Default) return;
        Put(when);
        Put(action switch
        {
            ReferentialAction.Cascade => "CASCADE",
            ReferentialAction.Restrict => "RESTRICT",
            ReferentialAction.SetNull => "SET NULL",
            ReferentialAction.SetDefault => "SET DEFAULT",
            _ => "NO ACTION",
        });
    }

    private void WriteTableOptions(TableOptionsSyntax? options)
    {
        if (options is null) return;
        Put(" WITH ");
        WriteOptionList(options);
    }

    private void WriteOptionList(TableOptionsSyntax options)
    {
        string separator = "";
        Put('(');
        if (options.Distribution is not null)
        {
            Put("distributed_by = ");
            WriteDistribution(options.Distribution);
            separator = ", ";
        }
        if (!options.OrderBy.IsEmpty)
        {
            Put($"{separator}order_by = ");
            PutParenthesized(options.OrderBy, WriteOrderItem);
            separator = ", ";
        }
        if (!options.ColumnGroups.IsEmpty)
        {
            Put($"{separator}column_groups = ");
            PutParenthesized(options.ColumnGroups, group => WriteNames(group.Columns));
            separator = ", ";
        }
        PutIf(!options.Settings.IsEmpty, separator);
        PutList(options.Settings, WriteOption);
        Put(')');
    }

    private void WriteDistribution(DistributionSyntax distribution)
    {
        Put(distribution.Kind switch
        {
            DistributionKind.Hash => "hash",
            DistributionKind.Range => "range",
            DistributionKind.RoundRobin => "round robin",
            _ => "broadcast",
        });
        if (!distribution.Columns.IsEmpty) WriteNames(distribution.Columns);
    }

    private void WriteSequenceOptions(SequenceOptions options)
    {
        if (options.Type is not null)
        {
            Put(" AS ");
            WriteType(options.Type);
        }
        WriteNumber(" START WITH ", options.Start);
        WriteNumber(" INCREMENT BY ", options.Increment);
        WriteNumber(" MINVALUE ", options.Minimum);
        WriteNumber(" MAXVALUE ", options.Maximum);
        PutIf(options.NoMinimum, " NO MINVALUE");
        PutIf(options.NoMaximum, " NO MAXVALUE");
        WriteNumber(" CACHE ", options.Cache);
        PutIf(options.IsCycling == true, " CYCLE");
        PutIf(options.IsCycling == false, " NO CYCLE");
        if (options.OwnedBy is not null)
        {
            Put(" OWNED BY ");
            WriteName(options.OwnedBy);
        }
        PutIf(options.OwnedByNone, " OWNED BY NONE");
        PutIf(options.IsRestart && options.RestartWith is null, " RESTART");
        WriteNumber(" RESTART WITH ", options.RestartWith);
    }

    private void WriteNumber(string word, long? number)
    {
        if (number is long value) Put(word + value.ToString(CultureInfo.InvariantCulture));
    }

    private void WriteOverload(MacroOverload overload)
    {
        PutParenthesized(overload.Parameters, parameter => WriteParameter(parameter, " := "));
        Put(overload.Query is null ? " AS " : " AS TABLE ");
        // Without parentheses the next overload would look like more of this query's FROM.
        if (overload.Query is not null) WriteParenthesizedQuery(overload.Query);
        else WriteExpression(overload.Expression!);
    }

    private void WriteParameter(ParameterDefinition parameter, string defaultWord)
    {
        PutIf(parameter.IsVariadic, "VARIADIC ");
        if (parameter.Name is not null) WriteName(parameter.Name);
        if (parameter.Type is not null)
        {
            PutIf(parameter.Name is not null, " ");
            WriteType(parameter.Type);
        }
        WriteClause(defaultWord, parameter.Default);
    }

    private void WriteCreateFunction(CreateFunctionStatement create)
    {
        WriteCreate("FUNCTION", create.Mode, false, create.Name);
        PutParenthesized(create.Parameters, parameter => WriteParameter(parameter, " DEFAULT "));
        if (!create.ReturnColumns.IsEmpty)
        {
            Put(" RETURNS TABLE ");
            PutParenthesized(create.ReturnColumns, WriteField);
        }
        else if (create.ReturnType is not null)
        {
            Put(create.IsSet ? " RETURNS SETOF " : " RETURNS ");
            WriteType(create.ReturnType);
        }
        if (create.Language is not null) Put($" LANGUAGE {SqlNames.Quote(create.Language)}");
        if (create.Volatility != Volatility.Default) Put($" {create.Volatility.ToString().ToUpperInvariant()}");
        PutIf(create.IsStrict == true, " STRICT");
        PutIf(create.IsStrict == false, " CALLED ON NULL INPUT");
        WriteText(" ASSEMBLY ", create.Assembly);
        WriteText(" ENTRY ", create.Entry);
        WriteText(" AS ", create.Body);
        WriteClause(" RETURN ", create.Return);
    }

    private void WriteText(string word, string? text)
    {
        if (text is null) return;
        Put(word);
        PutString(text);
    }

    private void WriteCreateIndex(CreateIndexStatement create)
    {
        Put(create.Mode == CreateMode.OrReplace ? "CREATE OR REPLACE " : "CREATE ");
        Put(create.IsUnique ? "UNIQUE INDEX" : "INDEX");
        PutIf(create.Mode == CreateMode.IfNotExists, " IF NOT EXISTS");
        if (create.Name is not null)
        {
            Put(' ');
            WriteName(create.Name);
        }
        Put(" ON ");
        WriteName(create.Table);
        if (create.Method is not null) Put($" USING {SqlNames.Write(create.Method)}");
        Put(' ');
        PutParenthesized(create.Columns, WriteOrderItem);
        WriteOptions(" WITH ", create.Options);
        WriteClause(" WHERE ", create.Where);
    }

    private void WriteAction(AlterAction action)
    {
        switch (action)
        {
            case AddColumnAction add:
                Put(add.IfNotExists ? "ADD COLUMN IF NOT EXISTS " : "ADD COLUMN ");
                WriteColumn(add.Column);
                break;
            case DropColumnAction drop:
                Put(drop.IfExists ? "DROP COLUMN IF EXISTS " : "DROP COLUMN ");
                WriteName(drop.Column);
                WriteBehavior(drop.Behavior);
                break;
            case RenameColumnAction rename: WriteRename("RENAME COLUMN ", rename.Column, rename.NewName); break;
            case RenameConstraintAction rename:
                WriteRename("RENAME CONSTRAINT ", rename.Constraint, rename.NewName);
                break;
            case RenameAction rename:
                Put("RENAME TO ");
                WriteName(rename.NewName);
                break;
            case SetSchemaAction set:
                Put("SET SCHEMA ");
                WriteName(set.Schema);
                break;
            case OwnerAction owner:
                Put("OWNER TO ");
                WriteName(owner.Owner);
                break;
            case ColumnTypeAction type:
                WriteColumnAction(type.Column, " TYPE ");
                WriteType(type.Type);
                if (type.Collation is not null)
                {
                    Put(" COLLATE ");
                    WriteName(type.Collation);
                }
                WriteClause(" USING ", type.Using);
                break;
            case ColumnDefaultAction value:
                WriteColumnAction(value.Column, value.Value is null ? " DROP DEFAULT" : "");
                WriteClause(" SET DEFAULT ", value.Value);
                break;
            case ColumnNotNullAction notNull:
                WriteColumnAction(notNull.Column, notNull.IsNotNull ? " SET NOT NULL" : " DROP NOT NULL");
                break;
            case ColumnDropExpressionAction drop:
                WriteColumnAction(drop.Column, drop.IfExists ? " DROP EXPRESSION IF EXISTS" : " DROP EXPRESSION");
                break;
            case AddConstraintAction add:
                Put("ADD ");
                WriteConstraint(add.Constraint, isColumn: false);
                PutIf(add.IsNotValid, " NOT VALID");
                break;
            case DropConstraintAction drop:
                Put(drop.IfExists ? "DROP CONSTRAINT IF EXISTS " : "DROP CONSTRAINT ");
                WriteName(drop.Constraint);
                WriteBehavior(drop.Behavior);
                break;
            case SetOptionsAction set:
                Put("SET ");
                WriteOptionList(set.Options);
                break;
            case ResetOptionsAction reset:
                Put("RESET ");
                WriteNames(reset.Options);
                break;
            case AddEnumValueAction add:
                Put(add.IfNotExists ? "ADD VALUE IF NOT EXISTS " : "ADD VALUE ");
                PutString(add.Value);
                WriteText(add.IsAfter ? " AFTER " : " BEFORE ", add.Neighbor);
                break;
            case RenameEnumValueAction rename:
                WriteText("RENAME VALUE ", rename.Value);
                WriteText(" TO ", rename.NewValue);
                break;
            case ColumnIdentityAction identity:
                WriteColumnAction(identity.Column, "");
                WriteIdentityAction(identity);
                break;
            case ValidateConstraintAction validate:
                Put("VALIDATE CONSTRAINT ");
                WriteName(validate.Constraint);
                break;
            case SequenceOptionsAction sequence: WriteSequenceOptions(sequence.Options); break;
            default: throw Invariant.Unreachable(action.GetType().Name);
        }
    }

    private void WriteIdentityAction(ColumnIdentityAction action)
    {
        if (action.Added is not null)
        {
            Put(" ADD ");
            WriteConstraint(action.Added, isColumn: true);
        }
        PutIf(action.IsDropped, action.IfExists ? " DROP IDENTITY IF EXISTS" : " DROP IDENTITY");
        if (action.IsAlways is { } always) Put(always ? " SET GENERATED ALWAYS" : " SET GENERATED BY DEFAULT");
        if (action.Options is not { } options) return;
        WriteNumber(" SET START WITH ", options.Start);
        WriteNumber(" SET INCREMENT BY ", options.Increment);
        WriteNumber(" SET MINVALUE ", options.Minimum);
        WriteNumber(" SET MAXVALUE ", options.Maximum);
        PutIf(options.NoMinimum, " SET NO MINVALUE");
        PutIf(options.NoMaximum, " SET NO MAXVALUE");
        WriteNumber(" SET CACHE ", options.Cache);
        PutIf(options.IsCycling == true, " SET CYCLE");
        PutIf(options.IsCycling == false, " SET NO CYCLE");
        PutIf(options.IsRestart && options.RestartWith is null, " RESTART");
        WriteNumber(" RESTART WITH ", options.RestartWith);
    }

    private void WriteColumnAction(Identifier column, string what)
    {
        Put("ALTER COLUMN ");
        WriteName(column);
        Put(what);
    }

    private void WriteRename(string what, Identifier name, Identifier newName)
    {
        Put(what);
        WriteName(name);
        Put(" TO ");
        WriteName(newName);
    }
}
