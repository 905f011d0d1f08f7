using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Loading;

/// <summary>
/// Runs a load over a session: makes the table where it is absent, then copies, in one transaction unless each file is
/// committed by itself. Files are read in place by a database in this process, and uploaded to one elsewhere.
/// </summary>
sealed class LoadRun(ISession session, LoadRequest request, LoadPlan plan, LoadReporter reporter, bool uploads)
{
    /// <summary>True while the transaction commits: an error leaves open whether it took effect.</summary>
    public bool IsCommitting { get; private set; }

    /// <summary>Runs it.</summary>
    /// <exception cref="ColFragException">Nothing of the load is visible, or nothing of the file that
    /// failed.</exception>
    public async Task RunAsync(Action<string> notice, CancellationToken cancellationToken)
    {
        bool isOne = !request.CommitsPerFile;
        if (isOne) await DoAsync("BEGIN", notice, cancellationToken);
        try
        {
            if (plan.TableSchema is null) await DoAsync(plan.CreateSql(request), notice, cancellationToken);
            if (isOne && !uploads) await CopyAsync(plan.Files, request.LoadId, notice, cancellationToken);
            else await CopyEachAsync(notice, cancellationToken);
            IsCommitting = isOne;
            if (isOne) await DoAsync("COMMIT", notice, cancellationToken);
        }
        catch
        {
            if (isOne && session.TransactionStatus != TransactionStatus.Idle) await RollBackAsync();
            throw;
        }
    }

    private async Task CopyEachAsync(Action<string> notice, CancellationToken cancellationToken)
    {
        foreach (string file in plan.Files)
        {
            string loadId = plan.Files.Count == 1 && !request.CommitsPerFile
                ? request.LoadId
                : request.LoadIdOf(plan.IsStandardInput ? "stdin" : file);
            if (uploads) await UploadAsync(file, loadId, notice, cancellationToken);
            else await CopyAsync([file], loadId, notice, cancellationToken);
        }
    }

    private Task CopyAsync(
        IReadOnlyList<string> files, string loadId, Action<string> notice, CancellationToken cancellationToken)
    {
        string list = string.Join(", ", files.Select(SqlNames.QuoteString));
        return DoCopyAsync(CopySql($"[{list}]", loadId, null), loadId, files.Count, notice, cancellationToken);
    }

    private async Task DoCopyAsync(
        string sql, string loadId, int fileCount, Action<string> notice, CancellationToken cancellationToken)
    {
        reporter.Begin(loadId);
        await DoAsync(sql, notice, cancellationToken);
        LoadCounts counts = await LoadCounts.OfAsync(session, loadId, cancellationToken);
        reporter.End(counts with { Repeated = counts.Repeated * fileCount });
    }

    private async Task UploadAsync(
        string file, string loadId, Action<string> notice, CancellationToken cancellationToken)
    {
        await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        session.CopyInput = new CountingStream(stream, reporter);
        try
        {
            await DoCopyAsync(CopySql("STDIN", loadId, file), loadId, 1, notice, cancellationToken);
        }
        finally
        {
            session.CopyInput = null;
        }
    }

    private string CopySql(string from, string loadId, string? inputName)
    {
        List<string> options = [$"load_id {SqlNames.QuoteString(loadId)}", .. request.OptionsSql(" ")];
        if (request.Format is not null) options.Add($"format {request.Format}");
        if (inputName is not null) options.Add($"input_name {SqlNames.QuoteString(inputName)}");
        return $"COPY {request.TableSql} FROM {from} ({string.Join(", ", options)})";
    }

    private async Task DoAsync(string sql, Action<string> notice, CancellationToken cancellationToken)
    {
        await using QueryResult result = await session.ExecuteAsync(sql, null, cancellationToken);
        while (await result.ReadAsync(cancellationToken) is not null)
        {
        }
        foreach (string text in result.Notices) notice(text);
    }

    private async Task RollBackAsync()
    {
        try
        {
            await DoAsync("ROLLBACK", _ => { }, CancellationToken.None);
        }
        catch (ColFragException)
        {
            // The session is gone, and its transaction with it.
        }
    }

    /// <summary>A file on its way to a server.</summary>
    private sealed class CountingStream(Stream inner, LoadReporter reporter) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException("An upload goes forward only.");
        }

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) =>
            throw new NotSupportedException("An upload goes forward only.");

        public override void SetLength(long value) => throw new NotSupportedException("An upload is only read.");

        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("An upload is only read.");

        private int Count(int count)
        {
            reporter.BytesSent += count;
            return count;
        }
    }
}
