using ColFrag.Engine.Catalog;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// What binding found for a prepared SELECT over stored tables, kept while nothing that binding looks at has changed:
/// the catalog as a whole, the settings, the functions. Any commit costs one more binding, and none is ever missed.
/// </summary>
internal sealed class KeptPlan(Session session)
{
    private BoundStatement? _bound;
    private CatalogSnapshot? _catalog;
    private FunctionRegistry? _functions;
    private long _settings;

    /// <summary>The statement as it was bound; null where it must be bound again.</summary>
    public BoundStatement? Find(StatementScope scope)
    {
        if (_bound is null) return null;
        if (IsUnchanged(scope) && ReferenceEquals(_catalog, scope.Transaction.Base) &&
            _settings == session.Settings.Version && ReferenceEquals(_functions, session.Host.Functions))
        {
            return _bound;
        }
        // A snapshot of the past is not held on to.
        (_bound, _catalog) = (null, null);
        return null;
    }

    /// <summary>Keeps what was bound in a scope, where it depends on nothing but the catalog.</summary>
    public void Keep(BoundStatement bound, StatementScope scope)
    {
        if (bound is not BoundQuery { Kind: PlanKind.Select }) return;
        if (!IsUnchanged(scope) || !scope.Catalog.IsOnlyStored) return;
        (_bound, _catalog) = (bound, scope.Transaction.Base);
        (_functions, _settings) = (session.Host.Functions, session.Settings.Version);
    }

    // What the open transaction changed is its own.
    private static bool IsUnchanged(StatementScope scope) =>
        !scope.Transaction.HasChanges && ReferenceEquals(scope.Transaction.Catalog, scope.Transaction.Base);
}
