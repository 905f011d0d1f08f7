namespace ColFrag.Engine.Sql;

/// <summary>A value written out.</summary>
internal abstract record LiteralSyntax : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary><c>NULL</c></summary>
internal sealed record NullLiteral : LiteralSyntax;

/// <summary><c>TRUE</c>, <c>FALSE</c></summary>
internal sealed record BooleanLiteral(bool Value) : LiteralSyntax;

/// <summary>
/// A whole number of at most 64 bits: <c>42</c>, <c>-1</c>, <c>1_000</c>, <c>0xFF</c>, <c>0o17</c>, <c>0b101</c>. Its
/// type is integer when it fits in 32 bits, else bigint.
/// </summary>
internal sealed record IntegerLiteral(long Value) : LiteralSyntax;

/// <summary>
/// A number with a point or an exponent, or a whole number beyond 64 bits: <c>1.5</c>, <c>.5</c>, <c>1e-3</c>. The text
/// has an optional minus, no underscores and no prefix; its type is numeric.
/// </summary>
internal sealed record NumericLiteral(string Text) : LiteralSyntax;

/// <summary>
/// <c>'text'</c>, <c>E'te\nxt'</c>, <c>U&amp;'\0441'</c>, <c>$$text$$</c>, with quotes and escapes resolved. Its type
/// is unknown until the context gives it one.
/// </summary>
internal sealed record StringLiteral(string Value) : LiteralSyntax;

/// <summary><c>B'101'</c>, <c>X'1F'</c>, both as bits.</summary>
internal sealed record BitStringLiteral(string Bits) : LiteralSyntax;

/// <summary><c>DATE '2024-01-31'</c>, <c>timestamptz '…'</c>, <c>numeric(4, 1) '12.5'</c></summary>
internal sealed record TypedLiteral(TypeName Type, string Text) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Type];
}

/// <summary>
/// <c>INTERVAL '1 day'</c>, <c>INTERVAL '5' DAY</c>, <c>INTERVAL 5 DAY</c>, <c>INTERVAL (n + 1) HOUR</c>. A string is
/// PostgreSQL's interval input, restricted to the fields; any other expression counts units of the field.
/// </summary>
internal sealed record IntervalSyntax(SyntaxExpression Amount, IntervalFields Fields, int? Precision = null)
    : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Amount];
}

/// <summary>The values that are called without parentheses.</summary>
internal enum SpecialValue
{
    /// <summary>CURRENT_DATE</summary>
    CurrentDate,
    /// <summary>CURRENT_TIME</summary>
    CurrentTime,
    /// <summary>CURRENT_TIMESTAMP</summary>
    CurrentTimestamp,
    /// <summary>LOCALTIME</summary>
    LocalTime,
    /// <summary>LOCALTIMESTAMP</summary>
    LocalTimestamp,
    /// <summary>CURRENT_USER</summary>
    CurrentUser,
    /// <summary>CURRENT_ROLE</summary>
    CurrentRole,
    /// <summary>SESSION_USER</summary>
    SessionUser,
    /// <summary>USER</summary>
    User,
    /// <summary>CURRENT_CATALOG</summary>
    CurrentCatalog,
    /// <summary>CURRENT_SCHEMA</summary>
    CurrentSchema,
}

/// <summary><c>CURRENT_DATE</c>, <c>CURRENT_TIMESTAMP(3)</c>, <c>SESSION_USER</c></summary>
internal sealed record SpecialValueSyntax(SpecialValue Value, int? Precision = null) : SyntaxExpression
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}
