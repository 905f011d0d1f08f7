using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>A statement of PREPARE, and the numbers of its parameters that have names.</summary>
internal sealed record NamedPrepared(PrepareStatement Statement, IReadOnlyDictionary<string, int> Names)
{
    /// <summary>The arguments of EXECUTE in the order of the parameters' numbers.</summary>
    /// <exception cref="QueryException">
    /// 42P02: no parameter has that name. 42601: one has two values or none.
    /// </exception>
    public IReadOnlyList<SyntaxExpression> Ordered(ExecuteStatement execute)
    {
        SyntaxList<ArgumentSyntax> given = execute.Arguments;
        if (given.All(a => a.Name is null)) return [.. given.Select(a => a.Value)];
        SyntaxExpression?[] ordered = new SyntaxExpression?[given.Count];
        for (int i = 0; i < given.Count; i++)
        {
            int number = given[i].Name is { } name ? NumberOf(name) : i + 1;
            if (number > ordered.Length || ordered[number - 1] is not null)
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "Every parameter needs one value", given[i].Position,
                    $"Parameters: {string.Join(", ", Names.OrderBy(n => n.Value).Select(n => n.Key))}.");
            }
            ordered[number - 1] = given[i].Value;
        }
        return ordered!;
    }

    private int NumberOf(Identifier name)
    {
        foreach ((string known, int number) in Names)
        {
            if (known.Equals(name.Name, StringComparison.OrdinalIgnoreCase)) return number;
        }
        string? near = Suggestion.Nearest(name.Name, Names.Keys);
        throw new QueryException(
            "42P02", $"There is no such parameter: {name.Name}", name.Position,
            near is null ? null : $"Did you mean \"{near}\"?");
    }
}
