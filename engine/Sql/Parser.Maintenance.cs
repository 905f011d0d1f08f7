namespace ColFrag.Engine.Sql;

/// <content>Statements about rights, upkeep, whole databases and notifications.</content>
internal sealed partial class Parser
{
    private Statement ParseGrant()
    {
        int start = Current.Start;
        bool isRevoke = Current.Keyword == Keyword.Revoke;
        Advance();
        bool grantOption = false;
        if (isRevoke && Current.Keyword is Keyword.Grant or Keyword.Admin)
        {
            Advance();
            Expect(Keyword.Option, Keyword.For);
            grantOption = true;
        }
        SyntaxList<PrivilegeSyntax> privileges = [];
        if (Accept(Keyword.All)) Accept(Keyword.Privileges);
        else privileges = ParseCommaList(ParsePrivilege);
        ObjectKind? kind = null;
        bool allInSchema = false;
        SyntaxList<QualifiedName> objects = [];
        if (Accept(Keyword.On)) (kind, allInSchema, objects) = ParseGrantObjects();
        Expect(isRevoke ? Keyword.From : Keyword.To);
        SyntaxList<Identifier> grantees = ParseCommaList(ParseGrantee);
        if (!isRevoke && (Accept(Keyword.With, Keyword.Grant) || Accept(Keyword.With, Keyword.Admin)))
        {
            Expect(Keyword.Option);
            grantOption = true;
        }
        DropBehavior behavior = isRevoke ? ParseDropBehavior() : DropBehavior.Default;
        return new GrantStatement(isRevoke, privileges, kind, allInSchema, objects, grantees)
        {
            GrantOption = grantOption, Behavior = behavior, Range = Since(start),
        };
    }

    private PrivilegeSyntax ParsePrivilege()
    {
        int start = Current.Start;
        Identifier name = ParseLabel();
        SyntaxList<Identifier> columns = ParseOptionalNameList();
        return new PrivilegeSyntax(name, columns) { Range = Since(start) };
    }

    private Identifier ParseGrantee()
    {
        Accept(Keyword.Group);
        return Keywords.IsReserved(Current.Keyword) && Current.Keyword is Keyword.CurrentUser or Keyword.CurrentRole
            or Keyword.SessionUser or Keyword.User
            ? TakeName()
            : ParseName();
    }

    private (ObjectKind Kind, bool AllInSchema, SyntaxList<QualifiedName> Objects) ParseGrantObjects()
    {
        if (Accept(Keyword.All))
        {
            ObjectKind all = Current.Keyword switch
            {
                Keyword.Tables => ObjectKind.Table,
                Keyword.Sequences => ObjectKind.Sequence,
                Keyword.Functions => ObjectKind.Function,
                _ => throw Unexpected(),
            };
            Advance();
            Expect(Keyword.In, Keyword.Schema);
            return (all, true, ParseCommaList(ParseQualifiedName));
        }
        ObjectKind kind = Current.Keyword switch
        {
            Keyword.Schema => ObjectKind.Schema,
            Keyword.Sequence => ObjectKind.Sequence,
            Keyword.Database => ObjectKind.Database,
            Keyword.Function => ObjectKind.Function,
            Keyword.Type => ObjectKind.Type,
            _ => ObjectKind.Table,
        };
        if (kind != ObjectKind.Table) Advance();
        else Accept(Keyword.Table);
        SyntaxList<QualifiedName> names = ParseCommaList(() =>
        {
            QualifiedName name = ParseQualifiedName();
            // The parameter types only choose between functions of one name; rights are kept by name.
            if (kind == ObjectKind.Function && Accept(TokenKind.LeftParenthesis) && !Accept(TokenKind.RightParenthesis))
            {
                ParseCommaList(ParseTypeName);
                Expect(TokenKind.RightParenthesis);
            }
            return name;
        });
        return (kind, false, names);
    }

    private VacuumStatement ParseVacuum()
    {
        int start = Current.Start;
        Expect(Keyword.Vacuum);
        SyntaxList<OptionSyntax> options;
        if (At(TokenKind.LeftParenthesis))
        {
            options = ParseParenthesizedList(ParseOption);
        }
        else
        {
            List<OptionSyntax> words = [];
            if (At(Keyword.Full)) words.Add(WordOption("full"));
            if (At(Keyword.Freeze)) words.Add(WordOption("freeze"));
            if (At(Keyword.Verbose)) words.Add(WordOption("verbose"));
            if (At(Keyword.Analyze) || At(Keyword.Analyse)) words.Add(WordOption("analyze"));
            options = SyntaxList.From(words);
        }
        SyntaxList<MaintenanceTarget> targets = AtName ? ParseCommaList(ParseMaintenanceTarget) : [];
        return new VacuumStatement(options, targets) { Range = Since(start) };
    }

    private AnalyzeStatement ParseAnalyze()
    {
        int start = Current.Start;
        Advance();
        SyntaxList<OptionSyntax> options = [];
        if (At(TokenKind.LeftParenthesis)) options = ParseParenthesizedList(ParseOption);
        else if (At(Keyword.Verbose)) options = [WordOption("verbose")];
        SyntaxList<MaintenanceTarget> targets = AtName ? ParseCommaList(ParseMaintenanceTarget) : [];
        return new AnalyzeStatement(options, targets) { Range = Since(start) };
    }

    private MaintenanceTarget ParseMaintenanceTarget()
    {
        int start = Current.Start;
        QualifiedName table = ParseQualifiedName();
        SyntaxList<Identifier> columns = ParseOptionalNameList();
        return new MaintenanceTarget(table, columns) { Range = Since(start) };
    }

    private ExportDatabaseStatement ParseExport()
    {
        int start = Current.Start;
        Expect(Keyword.Export, Keyword.Database);
        string path = ParseString();
        SyntaxList<OptionSyntax> options = ParseOptionalOptions();
        return new ExportDatabaseStatement(path, options) { Range = Since(start) };
    }

    /// <summary><c>[WITH] (name value, …)</c>, if it is there.</summary>
    private SyntaxList<OptionSyntax> ParseOptionalOptions()
    {
        if (At(Keyword.With)) Advance();
        else if (!At(TokenKind.LeftParenthesis)) return [];
        return ParseParenthesizedList(ParseOption);
    }

    private ImportDatabaseStatement ParseImport()
    {
        int start = Current.Start;
        Expect(Keyword.Import, Keyword.Database);
        string path = ParseString();
        return new ImportDatabaseStatement(path) { Range = Since(start) };
    }

    private BackupStatement ParseBackup()
    {
        int start = Current.Start;
        Expect(Keyword.Backup);
        Accept(Keyword.Database);
        Expect(Keyword.To);
        string path = ParseString();
        SyntaxList<OptionSyntax> options = ParseOptionalOptions();
        return new BackupStatement(path, options) { Range = Since(start) };
    }

    private DiscardStatement ParseDiscard()
    {
        int start = Current.Start;
        Expect(Keyword.Discard);
        DiscardKind kind;
        if (Accept(Keyword.All)) kind = DiscardKind.All;
        else if (Accept(Keyword.Temp) || Accept(Keyword.Temporary)) kind = DiscardKind.Temporary;
        else if (Accept(Keyword.Sequences)) kind = DiscardKind.Sequences;
        else if (AtWord("plans"))
        {
            Advance();
            kind = DiscardKind.Plans;
        }
        else throw Unexpected();
        return new DiscardStatement(kind) { Range = Since(start) };
    }

    private NotificationStatement ParseNotification()
    {
        int start = Current.Start;
        NotificationKind kind = Current.Keyword switch
        {
            Keyword.Listen => NotificationKind.Listen,
            Keyword.Unlisten => NotificationKind.Unlisten,
            _ => NotificationKind.Notify,
        };
        Advance();
        if (kind == NotificationKind.Unlisten && Accept(TokenKind.Star))
        {
            return new NotificationStatement(kind, null) { Range = Since(start) };
        }
        Identifier channel = ParseName();
        string? payload = kind == NotificationKind.Notify && Accept(TokenKind.Comma) ? ParseString() : null;
        return new NotificationStatement(kind, channel, payload) { Range = Since(start) };
    }

    private LockStatement ParseLock()
    {
        int start = Current.Start;
        Expect(Keyword.Lock);
        Accept(Keyword.Table);
        SyntaxList<QualifiedName> tables = ParseCommaList(() =>
        {
            Accept(Keyword.Only);
            return ParseQualifiedName();
        });
        string? mode = null;
        if (Accept(Keyword.In))
        {
            List<string> words = [];
            while (!At(Keyword.Mode))
            {
                if (!At(Keyword.Access) && !At(Keyword.Row) && !At(Keyword.Share) && !At(Keyword.Update)
                    && !At(Keyword.Exclusive))
                {
                    throw Unexpected();
                }
                words.Add(Keywords.ToText(Current.Keyword));
                Advance();
            }
            Advance();
            mode = string.Join(' ', words);
        }
        return new LockStatement(tables, mode, Accept(Keyword.Nowait)) { Range = Since(start) };
    }
}
