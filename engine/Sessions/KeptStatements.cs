using ColFrag.Engine.Catalog;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The queries that a session ran last, by their text: run again, they are neither parsed nor, while nothing has
/// changed, bound and planned. The least recently run goes first.
/// </summary>
internal sealed class KeptStatements(Session session)
{
    private const int MostStatements = 64;
    private const int MostCharacters = 1 << 14;

    private readonly Dictionary<string, LinkedListNode<KeptStatement>> _byText = new(StringComparer.Ordinal);
    private readonly LinkedList<KeptStatement> _byUse = new();
    private CatalogSnapshot? _catalog;
    private long _settings;

    /// <summary>How often a text was found.</summary>
    public long Hits { get; private set; }

    /// <summary>The statement of a text; null where it must be parsed.</summary>
    public KeptStatement? Find(string sql)
    {
        // A setting may say how long a text may be.
        if (_settings != session.Settings.Version) Clear();
        if (!_byText.TryGetValue(sql, out LinkedListNode<KeptStatement>? node)) return null;
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        Hits++;
        return node.Value;
    }

    /// <summary>Keeps a statement whose plan was kept.</summary>
    public void Keep(KeptStatement statement)
    {
        if (statement.Text.Length > MostCharacters || !statement.Plan.IsKept || _byText.ContainsKey(statement.Text))
            return;
        if (_byUse.Count == MostStatements)
        {
            _byText.Remove(_byUse.Last!.Value.Text);
            _byUse.RemoveLast();
        }
        _byText.Add(statement.Text, _byUse.AddFirst(statement));
    }

    /// <summary>Lets go of plans over a catalog that is not the newest any more.</summary>
    public void See(CatalogSnapshot catalog)
    {
        if (ReferenceEquals(_catalog, catalog)) return;
        _catalog = catalog;
        foreach (KeptStatement statement in _byUse) statement.Plan.Forget();
    }

    private void Clear()
    {
        _byText.Clear();
        _byUse.Clear();
        _settings = session.Settings.Version;
    }
}

/// <summary>A text with its tree and what binding and planning made of it.</summary>
internal sealed record KeptStatement(string Text, Statement Statement, KeptPlan Plan);
