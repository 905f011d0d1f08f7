namespace ColFrag.Engine.Sql;

/// <summary>
/// A name as written and as compared. <c>Total</c> means <c>total</c> (unquoted names fold to lower case, as in
/// PostgreSQL) but is shown as written; <c>"Total"</c> means exactly that.
/// </summary>
/// <param name="Name">The name that is looked up.</param>
/// <param name="Spelling">The name as written, without quotes.</param>
/// <param name="IsQuoted">True when it stood in double quotes.</param>
internal sealed record Identifier(string Name, string Spelling, bool IsQuoted = false) : SyntaxNode
{
    /// <summary>A name that no text made and that means exactly what it says.</summary>
    public Identifier(string name) : this(name, name) { }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [];

    /// <summary>Compares the names that are looked up.</summary>
    public bool Equals(Identifier? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => SqlNames.Quote(Name);
}

/// <summary>A name of one or more parts: <c>t</c>, <c>schema.t</c>, <c>catalog.schema.t</c>.</summary>
internal sealed record QualifiedName(SyntaxList<Identifier> Parts) : SyntaxNode
{
    /// <summary>A name that no text made.</summary>
    public QualifiedName(params ReadOnlySpan<string> parts)
        : this(SyntaxList.From(parts.ToArray().Select(part => new Identifier(part)))) { }

    /// <summary>The last part: the object itself.</summary>
    public Identifier Last => Parts[^1];

    /// <summary>The parts before the last one.</summary>
    public SyntaxList<Identifier> Qualifier => SyntaxList.Create(Parts.AsSpan()[..^1]);

    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Parts];

    /// <inheritdoc/>
    public override string ToString() => string.Join('.', Parts);
}

/// <summary>A type as written; whether it exists is the binder's question.</summary>
internal abstract record TypeName : SyntaxNode;

/// <summary>
/// <c>int</c>, <c>numeric(10, 2)</c>, <c>pg_catalog.text</c>. Types of several words have one here:
/// <c>double precision</c> is <c>float8</c>, <c>character varying</c> <c>varchar</c>, <c>bit varying</c> <c>varbit</c>,
/// <c>timestamp with time zone</c> <c>timestamptz</c>, <c>time with time zone</c> <c>timetz</c>.
/// </summary>
/// <param name="Name">The type's name.</param>
/// <param name="Modifiers">Length, precision and scale, as written.</param>
internal sealed record SimpleTypeName(QualifiedName Name, SyntaxList<SyntaxExpression> Modifiers) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Modifiers];
}

/// <summary><c>interval</c>, <c>interval year to month</c>, <c>interval second(3)</c>, <c>interval(3)</c>.</summary>
internal sealed record IntervalTypeName(IntervalFields Fields, int? Precision) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary><c>int[]</c>, <c>int[3]</c>, <c>int array</c>; several dimensions nest.</summary>
internal sealed record ListTypeName(TypeName Element, int? Length) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Element];
}

/// <summary><c>struct(a int, b text)</c>.</summary>
internal sealed record StructTypeName(SyntaxList<FieldDefinition> Fields) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Fields];
}

/// <summary><c>map(text, int)</c>.</summary>
internal sealed record MapTypeName(TypeName Key, TypeName Value) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Key, Value];
}

/// <summary><c>enum('a', 'b')</c>.</summary>
internal sealed record EnumTypeName(SyntaxList<string> Values) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>
/// A type with conditions on its values, which CREATE DOMAIN makes: NOT NULL, DEFAULT, and CHECKs that call the value
/// VALUE.
/// </summary>
internal sealed record DomainTypeName(TypeName Base, SyntaxList<ConstraintSyntax> Constraints) : TypeName
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Base, .. Constraints];
}

/// <summary>A name with a type: a field of a struct, a column of a table function's result.</summary>
internal sealed record FieldDefinition(Identifier Name, TypeName Type) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Type];
}

/// <summary>The fields an interval is restricted to, and the unit of a bare number: <c>interval '5' day</c>.</summary>
internal enum IntervalFields
{
    /// <summary>No restriction.</summary>
    All,
    /// <summary>YEAR</summary>
    Year,
    /// <summary>MONTH</summary>
    Month,
    /// <summary>DAY</summary>
    Day,
    /// <summary>HOUR</summary>
    Hour,
    /// <summary>MINUTE</summary>
    Minute,
    /// <summary>SECOND</summary>
    Second,
    /// <summary>YEAR TO MONTH</summary>
    YearToMonth,
    /// <summary>DAY TO HOUR</summary>
    DayToHour,
    /// <summary>DAY TO MINUTE</summary>
    DayToMinute,
    /// <summary>DAY TO SECOND</summary>
    DayToSecond,
    /// <summary>HOUR TO MINUTE</summary>
    HourToMinute,
    /// <summary>HOUR TO SECOND</summary>
    HourToSecond,
    /// <summary>MINUTE TO SECOND</summary>
    MinuteToSecond,
    /// <summary>MILLENNIUM: 1,000 years</summary>
    Millennium,
    /// <summary>CENTURY: 100 years</summary>
    Century,
    /// <summary>DECADE: 10 years</summary>
    Decade,
    /// <summary>QUARTER: 3 months</summary>
    Quarter,
    /// <summary>WEEK: 7 days</summary>
    Week,
    /// <summary>MILLISECOND</summary>
    Millisecond,
    /// <summary>MICROSECOND</summary>
    Microsecond,
}
