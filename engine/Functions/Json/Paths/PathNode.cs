using System.Text.Json;
using ColFrag.Engine.Functions.Patterns;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>A part of a path of SQL/JSON, <c>$.a[*] ? (@ &gt; 1)</c>, as a tree.</summary>
internal abstract record PathNode
{
    /// <summary>True for what is true, false or unknown, and no way to a value.</summary>
    public virtual bool IsPredicate => false;
}

/// <summary><c>$</c>: the value that the path begins at.</summary>
internal sealed record RootNode : PathNode;

/// <summary><c>@</c>: the value that a filter asks about.</summary>
internal sealed record CurrentNode : PathNode;

/// <summary><c>last</c>: the last place of the array that is subscripted.</summary>
internal sealed record LastNode : PathNode;

/// <summary>A number, string, true, false or null.</summary>
internal sealed record LiteralNode(JsonElement Value) : PathNode;

/// <summary><c>$name</c>: a value that the call gives.</summary>
internal sealed record VariableNode(string Name) : PathNode;

/// <summary><c>input.name</c>, or <c>input.*</c> where the name is null.</summary>
internal sealed record MemberNode(PathNode Input, string? Name) : PathNode;

/// <summary><c>input.**{first to last}</c>: what lies so deep inside.</summary>
internal sealed record DescendantsNode(PathNode Input, uint First, uint Last) : PathNode;

/// <summary><c>input[*]</c></summary>
internal sealed record AllElementsNode(PathNode Input) : PathNode;

/// <summary><c>input[1, 3 to last]</c>; the end of a range is null where there is one place.</summary>
internal sealed record ElementsNode(PathNode Input, (PathNode From, PathNode? To)[] Places) : PathNode;

/// <summary><c>input ? (condition)</c></summary>
internal sealed record FilterNode(PathNode Input, PathNode Condition) : PathNode;

/// <summary><c>input.size()</c> and its like.</summary>
internal sealed record MethodNode(PathNode Input, string Name) : PathNode;

/// <summary><c>left + right</c></summary>
internal sealed record ArithmeticNode(char Operator, PathNode Left, PathNode Right) : PathNode;

/// <summary><c>-operand</c>, <c>+operand</c></summary>
internal sealed record SignNode(char Operator, PathNode Operand) : PathNode;

/// <summary><c>left == right</c></summary>
internal sealed record ComparisonNode(string Operator, PathNode Left, PathNode Right) : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary><c>left &amp;&amp; right</c>, <c>left || right</c></summary>
internal sealed record LogicalNode(bool IsAnd, PathNode Left, PathNode Right) : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary><c>!(condition)</c></summary>
internal sealed record NotNode(PathNode Condition) : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary><c>(condition) is unknown</c></summary>
internal sealed record IsUnknownNode(PathNode Condition) : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary><c>exists (path)</c></summary>
internal sealed record ExistsNode(PathNode Path) : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary><c>text starts with "prefix"</c></summary>
internal sealed record StartsWithNode(PathNode Text, PathNode Prefix) : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary><c>text like_regex "pattern" flag "i"</c></summary>
internal sealed record LikeRegexNode(PathNode Text, Pattern Pattern) : PathNode
{
    public override bool IsPredicate => true;
}
