namespace ColFrag.Engine.Functions;

/// <summary>
/// The sequences of a session, by name as SQL writes it, or by <c>#</c> and the number that defaults keep.
/// </summary>
internal interface ISequences
{
    /// <summary>Gives the next values.</summary>
    void Next(string name, Span<long> values);

    /// <summary>What the session got from it last.</summary>
    /// <exception cref="Errors.QueryException">55000: nothing yet.</exception>
    long Current(string name);

    /// <summary>What the session got last, from any sequence.</summary>
    /// <exception cref="Errors.QueryException">55000: nothing yet.</exception>
    long Last();

    /// <summary>Moves a sequence: the value was given, or is the next one.</summary>
    void Move(string name, long value, bool isGiven);

    /// <summary>Name of the sequence that goes with a column; null when there is none.</summary>
    string? OwnedBy(string table, string column);
}
