using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>A folder of files, and a database in memory that loads them.</summary>
sealed class LoadFolder : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-load").FullName;
    private readonly Database _database;

    public LoadFolder(Database? database = null)
    {
        _database = database ?? Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        Connection = _database.Connect();
    }

    public Connection Connection { get; }

    public Connection Another() => _database.Connect();

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public Task<long> RunAsync(string sql) => Connection.RunAsync(sql);

    /// <summary>The rows, values joined by '|'.</summary>
    public async Task<string[]> RowsAsync(string sql) =>
        [.. (await Connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];

    /// <summary>The error of a statement, which must be one for the user, with advice.</summary>
    public async Task<ColFragException> FailsAsync(string sql)
    {
        ColFragException error = await Assert.ThrowsAnyAsync<ColFragException>(() => Connection.RunAsync(sql));
        Assert.IsNotType<InvariantException>(error);
        Assert.False(string.IsNullOrEmpty(error.Hint), $"no advice: {error.Message}");
        return error;
    }

    /// <summary>A statement fails with a state.</summary>
    public async Task FailsWithAsync(string sqlState, string sql)
    {
        ColFragException error = await Assert.ThrowsAnyAsync<ColFragException>(() => Connection.RunAsync(sql));
        Assert.Equal(sqlState, error.SqlState);
    }

    /// <summary>What a statement remarked.</summary>
    public async Task<IReadOnlyList<string>> NoticesAsync(string sql)
    {
        await using QueryResult result = await Connection.ExecuteAsync(sql);
        while (await result.ReadAsync() is not null)
        {
        }
        return result.Notices;
    }

    /// <summary>COPY FROM STDIN.</summary>
    public async Task<long> CopyAsync(string sql, byte[] bytes)
    {
        Connection.CopyInput = new MemoryStream(bytes);
        try
        {
            return await Connection.RunAsync(sql);
        }
        finally
        {
            Connection.CopyInput = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
