namespace ColFrag.Engine.Sql;

/// <content>CREATE DOMAIN.</content>
internal sealed partial class Parser
{
    private CreateTypeStatement ParseCreateDomain(int start)
    {
        Expect(Keyword.Domain);
        QualifiedName name = ParseQualifiedName();
        Accept(Keyword.As);
        DomainTypeName type = ParseConditions(Current.Start);
        return new CreateTypeStatement(name, CreateMode.Default, type) { Range = Since(start) };
    }

    /// <summary><c>DOMAIN type conditions</c>, as the catalog keeps it.</summary>
    private DomainTypeName ParseDomain()
    {
        int start = Current.Start;
        Expect(Keyword.Domain);
        return ParseConditions(start);
    }

    private DomainTypeName ParseConditions(int start)
    {
        TypeName type = ParseTypeName();
        List<ConstraintSyntax> conditions = [];
        while (true)
        {
            int position = Current.Start;
            if (Accept(Keyword.Collate)) ParseCollation();
            else if (TryParseColumnConstraint() is not { } condition) break;
            else if (condition is NotNullConstraint or CheckConstraint or DefaultConstraint) conditions.Add(condition);
            else throw Refused("A domain has DEFAULT, NOT NULL and CHECK only", position);
        }
        return new DomainTypeName(type, SyntaxList.From(conditions)) { Range = Since(start) };
    }
}
