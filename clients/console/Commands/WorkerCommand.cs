using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Console.Processes;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Transport;
using ColFrag.Worker;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag worker DIR --join HOST:PORT</c>: keeps fragments of tables and runs parts of plans.</summary>
static class WorkerCommand
{
    private const int DefaultPort = 7490;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        Argument<string> folder = new("DIR") { Description = "The worker's own folder, made when it is not there" };
        Option<string> join = new("--join")
        {
            HelpName = "HOST:PORT", Required = true, Description = "Where the coordinator answers (colfrag serve)",
        };
        Option<int> port = new("--port")
        {
            HelpName = "PORT", Description = "Where the coordinator and other workers reach it; 0 = any free one",
            DefaultValueFactory = _ => DefaultPort,
        };
        Option<string> listen = new("--listen")
        {
            HelpName = "ADDR", Description = "Address to listen on", DefaultValueFactory = _ => "127.0.0.1",
        };
        Option<string?> advertise = new("--advertise")
        {
            HelpName = "HOST:PORT",
            Description = "Where others reach it, when that is not where it listens: behind a proxy, in a container",
        };
        Option<string> zone = new("--zone")
        {
            HelpName = "ZONE", Description = "What fails together, such as a rack: copies go to different ones",
            DefaultValueFactory = _ => "",
        };
        Option<bool> insecure = new("--insecure") { Description = "Allows plain connections from other machines" };
        Option<bool> assemblies = AssemblyOption.Create();
        ServerCertificates certificates = new();
        Option<int> threads = ServerResources.ThreadsOption();
        Option<long> memory = ServerResources.MemoryOption();
        Option<FileInfo?> log = new(ServerFiles.LogOption)
        {
            HelpName = "FILE", Description = "Goes to the background of the terminal and prints to this file",
        };
        Option<FileInfo?> ready = new(ServerFiles.ReadyOption)
        {
            HelpName = "FILE", Description = "Written with the address once the worker has joined",
        };
        Command command = new("worker", "Joins a coordinator and keeps parts of its tables")
        {
            folder, join, port, listen, advertise, zone, insecure, assemblies, threads, memory, log, ready,
        };
        certificates.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(log) is { } file && !OperatingSystem.IsWindows()) UnixProcess.Detach(file.FullName);
            X509Certificate2? own = certificates.ReadCertificate(parsed);
            CertificateAuthority? authority = certificates.ReadAuthority(parsed);
            if (own is not null && authority is null)
                throw new UsageException("--certificate of a worker goes with --authority: both ends show one");
            string address = AddressOf(
                parsed.GetValue(listen)!, parsed.GetValue(port), own is not null || parsed.GetValue(insecure));
            WorkerOptions options = new(parsed.GetValue(join)!, address)
            {
                Address = AdvertisedOf(parsed.GetValue(advertise)), Zone = parsed.GetValue(zone)!,
            };
            return RunAsync(
                options, NodeNetwork.Open(own, authority), parsed.GetValue(assemblies), parsed.GetValue(ready),
                () => ServerResources.Open(
                    parsed.GetValue(folder)!, parsed.GetValue(threads), parsed.GetValue(memory)),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        WorkerOptions options, ITransport network, bool allowsAssemblies, FileInfo? ready, Func<ServerResources> open,
        CancellationToken cancellationToken)
    {
        using StopSignal stop = new();
        using ServerResources resources = open();
        await using WorkerHost worker = await WorkerHost.StartAsync(
            new WorkerEnvironment(resources.Files, network, resources.Scheduler)
            {
                Memory = resources.Memory, AllowsAssemblies = allowsAssemblies,
            },
            options, cancellationToken);
        Task stopped = stop.WaitAsync(cancellationToken);
        while (!worker.Joined.IsCompleted)
        {
            await Task.WhenAny(worker.Joined, stopped, Task.Delay(s_patience, cancellationToken));
            if (stopped.IsCompleted) return 0;
            if (!worker.Joined.IsCompleted)
            {
                string reason = worker.LastFailure?.Message ?? "no answer";
                await System.Console.Error.WriteLineAsync(
                    $"Waiting for the coordinator at {options.Coordinator}: {reason}");
            }
        }
        await worker.Joined;
        await ReadyLine.WriteAsync(
            $"Worker {worker.Worker.ToString("x16", CultureInfo.InvariantCulture)} of {options.Coordinator}",
            [worker.Address], ready, cancellationToken);
        await Task.WhenAny(stopped, worker.Ended);
        if (stopped.IsCompleted)
        {
            await System.Console.Error.WriteLineAsync("Stopping");
            return 0;
        }
        throw new ClusterException(
            $"The coordinator refuses this worker: {worker.LastFailure?.Message}", isTransient: false,
            hint: worker.LastFailure?.Hint);
    }

    private static string? AdvertisedOf(string? address)
    {
        if (address is not null) NetworkAddress.Parse(address);
        return address;
    }

    private static string AddressOf(string listen, int port, bool isAllowed)
    {
        if (port is < 0 or > ushort.MaxValue) throw new UsageException($"--port is a port, 0 to 65535: {port}");
        if (!IPAddress.TryParse(listen, out IPAddress? ip))
        {
            throw new UsageException($"--listen is an address of this machine, such as 127.0.0.1: {listen}");
        }
        if (!isAllowed && !IPAddress.IsLoopback(ip))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Other machines could listen in without TLS: {listen}",
                hint: "Give --certificate, --key and --authority, or say --insecure when the network is trusted.");
        }
        return ip.ToString().Contains(':', StringComparison.Ordinal) ? $"[{ip}]:{port}" : $"{ip}:{port}";
    }
}
