using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Sessions;

namespace ColFrag.Data;

/// <summary>
/// The folders that this process has open through the provider: a folder is opened once, and closed when the last
/// connection to it is. A database in memory belongs to whoever opened it.
/// </summary>
internal static class EmbeddedDatabases
{
    private const string InMemory = ":memory:";
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<string, Shared> s_open = new(StringComparer.Ordinal);

    /// <summary>Opens a folder, or shares it with those who have it.</summary>
    public static Lease Open(ColFragConnectionStringBuilder parts)
    {
        string folder = parts.DataSource.Length == 0 ? InMemory : parts.DataSource;
        if (folder == InMemory) return new Lease(new Shared(null, Database.Open(InMemory, OptionsOf(parts))));
        string path = Path.GetFullPath(folder);
        lock (s_lock)
        {
            if (!s_open.TryGetValue(path, out Shared? shared))
            {
                shared = new Shared(path, Database.Open(path, OptionsOf(parts)));
                s_open.Add(path, shared);
            }
            shared.Users++;
            return new Lease(shared);
        }
    }

    private static DatabaseOptions OptionsOf(ColFragConnectionStringBuilder parts) => new()
    {
        Threads = parts.Threads,
        MemoryLimitBytes = Convert.ToString(
            parts["Memory Limit"], CultureInfo.InvariantCulture) is { Length: > 0 } limit
            ? SettingRegistry.ParseBytes(limit)
            : 0,
    };

    /// <summary>A database that several may use.</summary>
    internal sealed class Shared(string? path, Database database)
    {
        public string? Path => path;

        public Database Database => database;

        public int Users { get; set; }
    }

    /// <summary>One use of a database.</summary>
    internal sealed class Lease(Shared shared) : IDisposable, IAsyncDisposable
    {
        private bool _isEnded;

        /// <summary>The database.</summary>
        public Database Database => shared.Database;

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public ValueTask DisposeAsync()
        {
            lock (s_lock)
            {
                if (_isEnded) return ValueTask.CompletedTask;
                _isEnded = true;
                if (shared.Path is not null && --shared.Users > 0) return ValueTask.CompletedTask;
                if (shared.Path is not null) s_open.Remove(shared.Path);
            }
            return shared.Database.DisposeAsync();
        }
    }
}
