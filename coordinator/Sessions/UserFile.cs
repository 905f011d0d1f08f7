using ColFrag.Engine.Errors;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Coordinator.Sessions;

/// <summary>
/// Users of a server, one a line: the name, a colon, PostgreSQL's text form of the verifier of the password. Lines that
/// begin with # are remarks. No password stands in it.
/// </summary>
internal static class UserFile
{
    /// <exception cref="StorageException">The file cannot be read.</exception>
    /// <exception cref="CorruptDataException">A line is none of these.</exception>
    public static IReadOnlyDictionary<string, ScramVerifier> Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("Cannot read the users", path, error.Message, SqlStates.UndefinedFile, error);
        }
        Dictionary<string, ScramVerifier> users = new(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            CorruptDataException.ThrowUnless(colon > 0, "user and verifier", path, i + 1);
            users[line[..colon]] = ScramVerifier.Parse(line[(colon + 1)..]);
        }
        return users;
    }

    /// <summary>The line of a user.</summary>
    public static string Format(string user, ScramVerifier verifier) => $"{user}:{verifier.Format()}";
}
