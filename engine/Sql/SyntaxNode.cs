using System.Runtime.CompilerServices;
using System.Text;

namespace ColFrag.Engine.Sql;

/// <summary>A stretch of an SQL text in UTF-16 units; <see cref="None"/> for nodes that no text made.</summary>
internal readonly record struct TextRange(int Start, int Length)
{
    /// <summary>No place in any text.</summary>
    public static TextRange None => new(-1, 0);

    /// <summary>The offset after the last unit.</summary>
    public int End => Start + Length;

    /// <summary>The stretch that begins and ends at these offsets.</summary>
    public static TextRange Between(int start, int end) => new(start, end - start);
}

/// <summary>
/// A piece of a parsed SQL text. Nodes are records: they compare by what they say, not by where they stand, so the
/// trees of <c>SELECT 1</c> and <c>select  1</c> are equal. <c>SqlWriter</c> turns any node into SQL again.
/// </summary>
internal abstract record SyntaxNode
{
    private readonly int _position = -1;

    /// <summary>The text the node was read from.</summary>
    public TextRange Range { get; init; } = TextRange.None;

    /// <summary>
    /// Where an error about this node points, as a UTF-16 offset: the operator of a binary expression, the first
    /// character of anything else; -1 when the node was not read from a text.
    /// </summary>
    public int Position
    {
        get => _position >= 0 ? _position : Range.Start;
        init => _position = value;
    }

    /// <summary>The nodes directly below, in the order of the text.</summary>
    public abstract SyntaxChildren Children { get; }

    /// <summary>This node and everything below it, parents before children.</summary>
    public IEnumerable<SyntaxNode> DescendantsAndSelf()
    {
        Stack<SyntaxNode> pending = new();
        pending.Push(this);
        while (pending.TryPop(out SyntaxNode? node))
        {
            yield return node;
            SyntaxChildren children = node.Children;
            for (int i = children.Count - 1; i >= 0; i--) pending.Push(children[i]);
        }
    }

    /// <summary>Compares what the nodes say; the place in the text does not count.</summary>
    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>Leaves the place in the text out of the printed record.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}

/// <summary>
/// The nodes directly below a node. Made from a collection expression that may hold nulls for absent parts:
/// <c>[Operand, .. Branches, Otherwise]</c>.
/// </summary>
[CollectionBuilder(typeof(SyntaxChildren), nameof(Create))]
internal readonly struct SyntaxChildren
{
    private readonly SyntaxNode[]? _nodes;

    private SyntaxChildren(SyntaxNode[] nodes) => _nodes = nodes;

    /// <summary>How many there are.</summary>
    public int Count => _nodes?.Length ?? 0;

    /// <summary>One of them, counted from 0.</summary>
    public SyntaxNode this[int index] => _nodes![index];

    /// <summary>Keeps the nodes that are present.</summary>
    public static SyntaxChildren Create(ReadOnlySpan<SyntaxNode?> nodes)
    {
        int count = 0;
        foreach (SyntaxNode? node in nodes) count += node is null ? 0 : 1;
        if (count == 0) return default;
        SyntaxNode[] present = new SyntaxNode[count];
        int next = 0;
        foreach (SyntaxNode? node in nodes)
        {
            if (node is not null) present[next++] = node;
        }
        return new SyntaxChildren(present);
    }

    /// <summary>Walks the nodes.</summary>
    public IEnumerator<SyntaxNode?> GetEnumerator() => ((IEnumerable<SyntaxNode>)(_nodes ?? [])).GetEnumerator();
}
