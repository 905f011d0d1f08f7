using System.Linq.Expressions;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Linq;

/// <summary>
/// What LINQ can say and SQL cannot, or not yet: refused with its text, never computed on the client.
/// </summary>
internal static class Unsupported
{
    private const string Advice =
        "Say it otherwise, or take the rows first: AsEnumerable() or AsAsyncEnumerable() ends the part that runs in "
        + "the database.";

    /// <summary>An expression.</summary>
    public static QueryException Of(Expression expression, string? reason = null) => new(
        SqlStates.FeatureNotSupported,
        $"LINQ expression cannot be translated to SQL: {expression}" + (reason is null ? "" : $" ({reason})"),
        hint: Advice);

    /// <summary>A group that is wanted as such.</summary>
    public static QueryException Group() => new(
        SqlStates.FeatureNotSupported, "LINQ group cannot be a result by itself: aggregate it, or take its Key",
        hint: Advice);

    /// <summary>A sequence inside a row.</summary>
    public static QueryException Sequence() => new(
        SqlStates.FeatureNotSupported, "LINQ sequence cannot be a result inside a row: aggregate it, or flatten it "
        + "with SelectMany", hint: Advice);
}
