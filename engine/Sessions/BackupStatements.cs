using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>BACKUP TO 'folder': a copy of the database that opens as it is, made while others read and write.</summary>
internal sealed class BackupStatements(Session session, StatementScope scope)
{
    private const string UnfinishedSuffix = ".unfinished";

    /// <summary>Writes under another name first, so that there is a whole backup of that name or none.</summary>
    /// <exception cref="QueryException">42710: the folder is there already.</exception>
    public async ValueTask<QueryResult> RunAsync(BackupStatement statement, CancellationToken cancellationToken)
    {
        if (!scope.IsAutoCommit)
        {
            throw new QueryException(
                SqlStates.ActiveSqlTransaction, "BACKUP cannot run inside a transaction block", statement.Position);
        }
        if (statement.Options.Count > 0)
        {
            throw new QueryException(
                SqlStates.SyntaxError, $"Unrecognized BACKUP option: \"{statement.Options[0].Name.Name}\"",
                statement.Options[0].Position);
        }
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(statement.Path));
        string name = Path.GetFileName(full);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new QueryException(
                SqlStates.DuplicateObject, $"A file or folder of that name exists already: {statement.Path}",
                statement.Position, "Name a folder that does not exist; BACKUP makes it.");
        }
        LocalFileSystem parent = new(Path.GetDirectoryName(full)!);
        string unfinished = name + UnfinishedSuffix;
        // Left by a backup that was cut short.
        parent.DeleteFolder(unfinished);
        BackupSummary summary;
        try
        {
            summary = await session.Host.BackUp(new LocalFileSystem(full + UnfinishedSuffix), cancellationToken);
            parent.Rename(unfinished, name);
            await parent.FlushFolderAsync("", cancellationToken);
        }
        catch
        {
            parent.DeleteFolder(unfinished);
            throw;
        }
        session.AddNotice(string.Create(
            CultureInfo.InvariantCulture, $"{summary.Files:N0} files, {summary.Bytes:N0} bytes, in {statement.Path}."));
        return new OutcomeResult("BACKUP", notices: session.TakeNotices());
    }
}
