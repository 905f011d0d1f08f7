using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// What binding found for a SELECT over stored tables, and the operators that it became, kept while nothing that
/// binding looks at has changed: the catalog as a whole, the settings, the functions, rows of others by name. Any
/// commit costs one more binding, and none is ever missed.
/// </summary>
internal sealed class KeptPlan(Session session)
{
    private BoundStatement? _bound;
    private KeptOperators? _operators;
    private CatalogSnapshot? _catalog;
    private FunctionRegistry? _functions;
    private long _settings;
    private long _imports;

    /// <summary>True while there is something.</summary>
    public bool IsKept => _bound is not null;

    /// <summary>
    /// The operators of what is kept, for runs without parameters: their values become part of a plan.
    /// </summary>
    public KeptOperators? Operators => _bound is { ParameterTypes.IsEmpty: true } ? _operators ??= new() : null;

    /// <summary>The statement as it was bound; null where it must be bound again.</summary>
    public BoundStatement? Find(StatementScope scope)
    {
        if (_bound is null) return null;
        if (IsUnchanged(scope) && ReferenceEquals(_catalog, scope.Transaction.Base) &&
            _settings == session.Settings.Version && _imports == session.Imports.Version &&
            ReferenceEquals(_functions, session.Host.Functions))
        {
            return _bound;
        }
        Forget();
        return null;
    }

    /// <summary>A snapshot of the past is not held on to.</summary>
    public void Forget() => (_bound, _operators, _catalog) = (null, null, null);

    /// <summary>Keeps what was bound in a scope, where it depends on nothing but the catalog.</summary>
    public void Keep(BoundStatement bound, StatementScope scope)
    {
        if (bound is not BoundQuery { Kind: PlanKind.Select, Changes.IsEmpty: true }) return;
        if (!IsUnchanged(scope) || !scope.Catalog.IsOnlyStored) return;
        (_bound, _operators, _catalog) = (bound, null, scope.Transaction.Base);
        (_functions, _settings) = (session.Host.Functions, session.Settings.Version);
        _imports = session.Imports.Version;
    }

    // What the open transaction changed is its own.
    private static bool IsUnchanged(StatementScope scope) =>
        !scope.Transaction.HasChanges && ReferenceEquals(scope.Transaction.Catalog, scope.Transaction.Base);
}
