namespace ColFrag.Engine.Functions;

/// <summary>
/// What functions over the catalog may ask, by PostgreSQL's numbers of objects. Only the process that keeps the catalog
/// has one; there such functions run.
/// </summary>
internal interface ISystemCatalog
{
    /// <summary>True when the relation's name needs no schema.</summary>
    bool IsVisible(uint relation);

    /// <summary>The relation's name, with its schema where that is needed; null when there is none.</summary>
    string? RelationName(uint relation);

    /// <summary>
    /// The number of the relation that a name, as SQL writes it, stands for; null when there is none.
    /// </summary>
    uint? FindRelation(string name);

    /// <summary>The name of a type as SQL writes it; null when there is none.</summary>
    string? TypeName(uint type, int modifier);

    /// <summary>The number of the type that a name stands for; null when there is none.</summary>
    uint? FindType(string name);

    /// <summary>The number of a function of PostgreSQL's types; null when there is none.</summary>
    uint? FindFunction(string name);

    /// <summary>The number of a schema; null when there is none.</summary>
    uint? FindSchema(string name);

    /// <summary>The text of a constraint as CREATE TABLE has it; null when there is none.</summary>
    string? ConstraintText(uint constraint);

    /// <summary>The text of an index, or of one of its columns, counted from 1; null when there is none.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="column">The column; 0 for all.</param>
    /// <param name="isShort">True leaves out a schema that the name does not need.</param>
    string? IndexText(uint index, int column, bool isShort);

    /// <summary>The query of a view; null when there is none.</summary>
    string? ViewText(uint view);

    /// <summary>The comment on a relation, or on one of its columns, counted from 1; null when there is none.</summary>
    string? Comment(uint relation, int column);

    /// <summary>The sequences that the statement sees.</summary>
    ISequences Sequences { get; }

    /// <summary>The value of a setting; null when there is none.</summary>
    string? Setting(string name);

    /// <summary>Sets a setting and returns its new value.</summary>
    string Configure(string name, string value, bool isLocal);
}
