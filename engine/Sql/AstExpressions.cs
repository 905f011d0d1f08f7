namespace ColFrag.Engine.Sql;

/// <summary>
/// An expression as written, before any name or type is known (the binder makes typed expressions of it). SQL's
/// special call forms arrive as plain calls in PostgreSQL's argument order: <c>extract(year from d)</c> is
/// <c>extract('year', d)</c>, <c>position(a in b)</c> is <c>position(b, a)</c>, <c>trim(leading c from s)</c> is
/// <c>ltrim(s, c)</c>, <c>substring(s from a for n)</c> is <c>substring(s, a, n)</c>, <c>(a, b) overlaps (c, d)</c> is
/// <c>overlaps(a, b, c, d)</c>.
/// </summary>
internal abstract record SyntaxExpression : SyntaxNode;

/// <summary>A column, or a path into one: <c>a</c>, <c>t.a</c>, <c>s.t.a</c>, <c>t.a.field</c>.</summary>
internal sealed record ColumnSyntax(QualifiedName Name) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary>A field of a struct: <c>(x).field</c>, <c>f(x).field</c>.</summary>
internal sealed record FieldSyntax(SyntaxExpression Operand, Identifier Field) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Field];
}

/// <summary>A column of the input by its number from 1: <c>#2</c>.</summary>
internal sealed record PositionalSyntax(int Number) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>
/// A value given at execution: <c>$1</c>, <c>?</c> (numbered from 1 in the order of the text), <c>$name</c>,
/// <c>:name</c>.
/// </summary>
/// <param name="Number">The number from 1; 0 for a named one.</param>
/// <param name="Name">The name, folded to lower case; null for a numbered one.</param>
internal sealed record ParameterSyntax(int Number, string? Name = null) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>
/// An operator with one operand: <c>-x</c>, <c>+x</c>, <c>~x</c>, <c>@x</c>, <c>|/x</c>. A minus before a number is
/// folded into the literal.
/// </summary>
internal sealed record UnarySyntax(string Operator, SyntaxExpression Operand) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand];
}

/// <summary>
/// An operator with two operands: <c>+ - * / // % ^ ** || = &lt;&gt; &lt; &lt;= &gt; &gt;=</c>, <c>~ ~* !~ !~*</c>,
/// <c>-&gt; -&gt;&gt; #&gt; #&gt;&gt; @&gt; &lt;@ ? ?| ?&amp; @? @@</c>, <c>&amp; | # &lt;&lt; &gt;&gt; &amp;&amp;
/// ^@</c> and any other that PostgreSQL's lexer would read. <c>!=</c> and <c>==</c> arrive as <c>&lt;&gt;</c> and
/// <c>=</c>. The position is the operator's.
/// </summary>
internal sealed record BinarySyntax(string Operator, SyntaxExpression Left, SyntaxExpression Right) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Left, Right];
}

/// <summary>AND or OR.</summary>
internal enum LogicalOperator
{
    /// <summary>AND</summary>
    And,
    /// <summary>OR</summary>
    Or,
}

/// <summary>Two or more operands joined by AND, or by OR: a chain of one operator is one node, however long.</summary>
internal sealed record LogicalSyntax(LogicalOperator Operator, SyntaxList<SyntaxExpression> Operands)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Operands];
}

/// <summary><c>NOT x</c></summary>
internal sealed record NotSyntax(SyntaxExpression Operand) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand];
}

/// <summary>What IS can ask of one value.</summary>
internal enum IsTest
{
    /// <summary>IS NULL, ISNULL; IS NOT NULL and NOTNULL when negated.</summary>
    Null,
    /// <summary>IS TRUE</summary>
    True,
    /// <summary>IS FALSE</summary>
    False,
    /// <summary>IS UNKNOWN</summary>
    Unknown,
    /// <summary>IS JSON</summary>
    Json,
    /// <summary>IS JSON OBJECT</summary>
    JsonObject,
    /// <summary>IS JSON ARRAY</summary>
    JsonArray,
    /// <summary>IS JSON SCALAR</summary>
    JsonScalar,
}

/// <summary><c>x IS [NOT] NULL</c> and its relatives.</summary>
internal sealed record IsSyntax(SyntaxExpression Operand, IsTest Test, bool IsNegated) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand];
}

/// <summary><c>x IS [NOT] DISTINCT FROM y</c>; negated means the two are the same, NULLs included.</summary>
internal sealed record DistinctFromSyntax(SyntaxExpression Left, SyntaxExpression Right, bool IsNegated)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Left, Right];
}

/// <summary><c>x [NOT] BETWEEN [SYMMETRIC] low AND high</c></summary>
internal sealed record BetweenSyntax(
    SyntaxExpression Operand, SyntaxExpression Low, SyntaxExpression High, bool IsSymmetric, bool IsNegated)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Low, High];
}

/// <summary><c>x [NOT] IN (a, b, c)</c></summary>
internal sealed record InSyntax(SyntaxExpression Operand, SyntaxList<SyntaxExpression> Items, bool IsNegated)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, .. Items];
}

/// <summary><c>x [NOT] IN (SELECT …)</c></summary>
internal sealed record InQuerySyntax(SyntaxExpression Operand, Query Query, bool IsNegated) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Query];
}

/// <summary><c>x [NOT] IN list</c> without parentheses: true when the list, map or text contains x.</summary>
internal sealed record InCollectionSyntax(SyntaxExpression Operand, SyntaxExpression Collection, bool IsNegated)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Collection];
}

/// <summary>The pattern languages.</summary>
internal enum LikeKind
{
    /// <summary>LIKE</summary>
    Like,
    /// <summary>ILIKE: LIKE without regard to case</summary>
    ILike,
    /// <summary>SIMILAR TO: SQL's regular expressions</summary>
    SimilarTo,
    /// <summary>GLOB: file name patterns</summary>
    Glob,
}

/// <summary><c>x [NOT] LIKE pattern [ESCAPE e]</c></summary>
internal sealed record LikeSyntax(
    SyntaxExpression Operand, LikeKind Kind, SyntaxExpression Pattern, SyntaxExpression? Escape, bool IsNegated)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Pattern, Escape];
}

/// <summary>ANY (SOME) or ALL.</summary>
internal enum Quantifier
{
    /// <summary>ANY, SOME</summary>
    Any,
    /// <summary>ALL</summary>
    All,
}

/// <summary>
/// <c>x op ANY (list)</c>. LIKE and ILIKE are the operators <c>~~</c> and <c>~~*</c>, negated <c>!~~</c> and
/// <c>!~~*</c>.
/// </summary>
internal sealed record QuantifiedSyntax(
    SyntaxExpression Operand, string Operator, Quantifier Quantifier, SyntaxExpression Collection) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Collection];
}

/// <summary><c>x op ANY (SELECT …)</c></summary>
internal sealed record QuantifiedQuerySyntax(
    SyntaxExpression Operand, string Operator, Quantifier Quantifier, Query Query) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Query];
}

/// <summary><c>EXISTS (SELECT …)</c></summary>
internal sealed record ExistsSyntax(Query Query) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query];
}

/// <summary>A query in parentheses where a value is wanted.</summary>
internal sealed record SubquerySyntax(Query Query) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query];
}

/// <summary><c>ARRAY(SELECT …)</c>: the only column of a query as a list.</summary>
internal sealed record ListSubquerySyntax(Query Query) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query];
}

/// <summary><c>CAST(x AS type)</c>, <c>x::type</c>; TRY_CAST gives NULL where CAST fails.</summary>
internal sealed record CastSyntax(SyntaxExpression Operand, TypeName Type, bool IsTry = false) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Type];
}

/// <summary><c>x COLLATE "C"</c></summary>
internal sealed record CollateSyntax(SyntaxExpression Operand, QualifiedName Collation) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Collation];
}

/// <summary><c>x AT TIME ZONE zone</c>; <c>x AT LOCAL</c> has no zone.</summary>
internal sealed record AtTimeZoneSyntax(SyntaxExpression Operand, SyntaxExpression? Zone) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Zone];
}

/// <summary><c>CASE [x] WHEN … THEN … ELSE … END</c></summary>
internal sealed record CaseSyntax(
    SyntaxExpression? Operand, SyntaxList<CaseBranch> Branches, SyntaxExpression? Otherwise) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, .. Branches, Otherwise];
}

/// <summary><c>WHEN condition THEN result</c></summary>
internal sealed record CaseBranch(SyntaxExpression Condition, SyntaxExpression Result) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Condition, Result];
}

/// <summary>
/// <c>ROW(a, b)</c> or <c>(a, b)</c>. Only with ROW can it have one field, or none.
/// </summary>
internal sealed record RowSyntax(SyntaxList<SyntaxExpression> Fields) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Fields];
}

/// <summary><c>[a, b]</c> or <c>ARRAY[a, b]</c></summary>
internal sealed record ListSyntax(SyntaxList<SyntaxExpression> Items) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Items];
}

/// <summary><c>[result FOR x IN source IF condition]</c>; a second variable counts the items from 1.</summary>
internal sealed record ListComprehensionSyntax(
    SyntaxExpression Result, SyntaxList<Identifier> Variables, SyntaxExpression Source, SyntaxExpression? Condition)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Result, .. Variables, Source, Condition];
}

/// <summary><c>{'a': 1, b: 2}</c></summary>
internal sealed record StructSyntax(SyntaxList<StructFieldSyntax> Fields) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Fields];
}

/// <summary>One field of a struct literal.</summary>
internal sealed record StructFieldSyntax(Identifier Name, SyntaxExpression Value) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Value];
}

/// <summary><c>MAP {'a': 1, 'b': 2}</c></summary>
internal sealed record MapSyntax(SyntaxList<MapEntrySyntax> Entries) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Entries];
}

/// <summary>One entry of a map literal.</summary>
internal sealed record MapEntrySyntax(SyntaxExpression Key, SyntaxExpression Value) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Key, Value];
}

/// <summary><c>x[i]</c>: an item of a list, from 1; a value of a map; a field of a struct.</summary>
internal sealed record SubscriptSyntax(SyntaxExpression Operand, SyntaxExpression Index) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, Index];
}

/// <summary><c>x[from:to]</c>, both ends included, each may be absent; <c>x[from:to:step]</c>.</summary>
internal sealed record SliceSyntax(
    SyntaxExpression Operand, SyntaxExpression? From, SyntaxExpression? To, SyntaxExpression? Step) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Operand, From, To, Step];
}

/// <summary><c>x -> x + 1</c>, <c>(x, y) -> x + y</c>, <c>lambda x, y: x + y</c>: what list functions apply.</summary>
internal sealed record LambdaSyntax(SyntaxList<Identifier> Parameters, SyntaxExpression Body) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Parameters, Body];
}

/// <summary><c>DEFAULT</c> in place of a value in INSERT, UPDATE and MERGE.</summary>
internal sealed record DefaultSyntax : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary><c>ALL</c> in <c>ORDER BY ALL</c>: every column of the result, from the left.</summary>
internal sealed record AllColumnsSyntax : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>
/// <c>*</c> or <c>t.*</c>, in select lists, in <c>count(*)</c> and inside COLUMNS; also <c>(x).*</c>, every field of a
/// struct.
/// </summary>
/// <param name="Qualifier">The table whose columns are meant; null for all tables.</param>
/// <param name="Operand">The struct whose fields are meant; null for columns.</param>
/// <param name="Exclude">Columns left out, each with or without its table.</param>
/// <param name="Replace">Expressions that take the place of columns, by alias.</param>
/// <param name="Rename">Columns under another name.</param>
/// <param name="Pattern">Keeps the columns whose names match: <c>* LIKE 'a%'</c>.</param>
internal sealed record StarSyntax(
    QualifiedName? Qualifier = null, SyntaxExpression? Operand = null, SyntaxList<QualifiedName> Exclude = default,
    SyntaxList<SelectItem> Replace = default, SyntaxList<StarRename> Rename = default, StarPattern? Pattern = null)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Qualifier, Operand, Pattern, .. Exclude, .. Replace, .. Rename];
}

/// <summary><c>RENAME (column AS name)</c></summary>
internal sealed record StarRename(QualifiedName Column, Identifier Name) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column, Name];
}

/// <summary><c>* [NOT] LIKE 'pattern' [ESCAPE e]</c></summary>
internal sealed record StarPattern(
    LikeKind Kind, SyntaxExpression Pattern, bool IsNegated, SyntaxExpression? Escape = null) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Pattern, Escape];
}

/// <summary>
/// <c>COLUMNS('regex')</c>, <c>COLUMNS(* EXCLUDE (a))</c>, <c>COLUMNS(['a', 'b'])</c>,
/// <c>COLUMNS(c -> c LIKE 'a%')</c>: the expression around it is repeated for every column chosen.
/// <c>*COLUMNS(…)</c> spreads them as arguments instead.
/// </summary>
internal sealed record ColumnsSyntax(QualifiedName? Qualifier, SyntaxExpression Selector, bool IsSpread)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Qualifier, Selector];
}
