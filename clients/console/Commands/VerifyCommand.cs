using System.CommandLine;
using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;

namespace ColFrag.Console.Commands;

/// <summary>
/// <c>colfrag verify DIR</c>: reads a folder again, down to every value, and says what is not as it was written.
/// </summary>
static class VerifyCommand
{
    private const int DamageFound = 1;

    public static Command Create()
    {
        Argument<string> folder = new("DIR") { Description = "The folder of a database, a coordinator or a worker" };
        Option<bool> repair = new("--repair")
        {
            Description =
                "Of a worker that is stopped: drops damaged copies, and the coordinator has them fetched anew",
        };
        Command command = new("verify", "Reads every block of a folder and checks it; changes nothing")
        {
            folder, repair,
        };
        command.SetAction((parsed, cancellationToken) =>
            Task.FromResult(Run(parsed.GetValue(folder)!, parsed.GetValue(repair), cancellationToken)));
        return command;
    }

    private static int Run(string folder, bool repairs, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder)) throw new StorageException("No such folder", folder, "Name an existing folder.");
        LocalFileSystem files = new(Path.GetFullPath(folder));
        bool isWorker = files.FileExists(StorePaths.Worker);
        if (repairs && !isWorker)
        {
            throw new UsageException(
                "--repair is for the folder of a worker, whose segments have copies elsewhere; " +
                "what is damaged here can only come from a backup");
        }
        // Whoever repairs must be alone; who only reads need not be.
        using IDisposable? held = repairs ? files.Lock(StorePaths.Lock) : null;
        bool showsProgress = !System.Console.IsErrorRedirected;
        VerificationResult result = new FolderVerification(files, MemoryBroker.Unlimited)
        {
            OnProgress = (done, all) =>
            {
                if (showsProgress) System.Console.Error.Write($"\rsegment {done} of {all}");
            },
        }.Run(cancellationToken);
        if (showsProgress) System.Console.Error.Write("\r\u001b[K");
        foreach (Damage damage in result.Damages)
        {
            string place = damage.Offset > 0 ? $" at byte {damage.Offset}" : "";
            System.Console.Out.WriteLine($"damaged: {damage.File}{place}: {damage.What}");
        }
        foreach (string left in result.Unnamed)
            System.Console.Out.WriteLine($"left over: {left} (no version names it; deleted when the folder is opened)");
        string verdict = result.Damages.IsEmpty ? "all as written" : $"{result.Damages.Length} damaged places";
        System.Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Segments:N0} segments, {result.Rows:N0} rows, {result.Files:N0} files, {result.Bytes:N0} bytes"));
        System.Console.Out.WriteLine(verdict);
        if (repairs) Repair(files, result);
        return result.Damages.IsEmpty ? 0 : DamageFound;
    }

    /// <summary>What a worker does not have when it registers is fetched from another copy.</summary>
    private static void Repair(LocalFileSystem files, VerificationResult result)
    {
        foreach (string segment in result.DamagedSegments)
        {
            files.DeleteFolder(segment);
            System.Console.Out.WriteLine($"dropped: {segment}");
        }
        if (result.DamagedSegments.Any())
            System.Console.Out.WriteLine("Start the worker: good copies are fetched from the others.");
    }
}
