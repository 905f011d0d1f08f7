using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Storage;

/// <summary>Something that is not as it was written.</summary>
/// <param name="File">The file, in its database's folder.</param>
/// <param name="Offset">Where in it; 0 for the file as a whole.</param>
/// <param name="What">What does not hold.</param>
internal sealed record Damage(string File, long Offset, string What);

/// <summary>Collects what is damaged while one part after the other is checked.</summary>
internal sealed class DamageList
{
    private readonly List<Damage> _found = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<Damage> Found => _found;

    /// <summary>Forgets what was found.</summary>
    public void Clear() => _found.Clear();

    /// <summary>Forgets what was found after there were so many.</summary>
    public void Truncate(int count) => _found.RemoveRange(count, _found.Count - count);

    /// <summary>Adds a damage.</summary>
    public void Add(Damage damage) => _found.Add(damage);

    /// <summary>Adds damages.</summary>
    public void AddRange(IEnumerable<Damage> damages) => _found.AddRange(damages);

    /// <summary>Does a part of the work; what it finds damaged is noted and the rest goes on.</summary>
    /// <param name="path">The file that it is about, for errors that name none.</param>
    /// <param name="check">Throws when something does not hold.</param>
    public void Try(string path, Action check) => Try(path, () =>
    {
        check();
        return true;
    });

    /// <summary>The same where the part has a result; default when it was damaged.</summary>
    public T? Try<T>(string path, Func<T> check)
    {
        try
        {
            return check();
        }
        catch (CorruptDataException error)
        {
            _found.Add(new Damage(error.SourceName, error.Offset, error.What));
        }
        catch (StorageException error)
        {
            _found.Add(new Damage(error.Path, 0, error.Message));
        }
        catch (IOException error)
        {
            _found.Add(new Damage(path, 0, error.Message));
        }
        return default;
    }
}
