using System.CommandLine;
using ColFrag.Console.Processes;
using ColFrag.Console.Sessions;
using ColFrag.Coordinator;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Etcd;

namespace ColFrag.Console.Commands;

/// <summary>
/// <c>colfrag serve DIR</c>: a folder for clients of the PostgreSQL protocol and for native sessions.
/// </summary>
static class ServeCommand
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        Argument<string> folder = new("DIR") { Description = "The folder, made when it is not there; or :memory:" };
        Option<int> port = new("--pg")
        {
            HelpName = "PORT",
            Description = "Port of the PostgreSQL protocol and of native sessions; 0 = any free one",
            DefaultValueFactory = _ => ServerOptions.DefaultPort,
        };
        Option<string[]> listen = new("--listen")
        {
            HelpName = "ADDR",
            Description = "Address to listen on, 127.0.0.1 unless told; also unix:PATH. Can be repeated",
        };
        Option<FileInfo?> users = new("--users")
        {
            HelpName = "FILE", Description = "Users and verifiers of their passwords, as colfrag password prints them",
        };
        Option<bool> trustsLocal =
            new("--trust-local") { Description = "With --users: no passwords from this machine" };
        ServerCertificates certificates = new();
        Option<bool> insecure = new("--insecure") { Description = "Allows plain connections from other machines" };
        CatalogOptions catalog = new();
        Option<FileInfo?> log = new(ServerFiles.LogOption)
        {
            HelpName = "FILE", Description = "Goes to the background of the terminal and prints to this file",
        };
        Option<FileInfo?> ready = new(ServerFiles.ReadyOption)
        {
            HelpName = "FILE", Description = "Written with the addresses once clients can connect",
        };
        Option<bool> assemblies = AssemblyOption.Create();
        Option<int> threads = ServerResources.ThreadsOption();
        Option<long> memory = ServerResources.MemoryOption();
        Command command = new("serve", "Serves a folder to other programs, alone or with workers that join")
        {
            folder, port, listen, users, trustsLocal, insecure, assemblies, threads, memory, log, ready,
        };
        certificates.AddTo(command);
        catalog.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(log) is { } file && !OperatingSystem.IsWindows()) UnixProcess.Detach(file.FullName);
            ServerOptions options = new()
            {
                Addresses = AddressesOf(parsed.GetValue(listen) ?? [], parsed.GetValue(port)),
                Certificate = certificates.ReadCertificate(parsed),
                Members = certificates.ReadAuthority(parsed),
                IsInsecure = parsed.GetValue(insecure),
            };
            IAccess access = parsed.GetValue(users) is { } list
                ? new PasswordAccess(UserFile.Read(list.FullName), parsed.GetValue(trustsLocal), SecureRandom.Instance)
                : new LocalAccess();
            return RunAsync(
                parsed.GetValue(folder)!, options, access, catalog.Read(parsed), parsed.GetValue(assemblies),
                parsed.GetValue(ready),
                () => ServerResources.Open(
                    parsed.GetValue(folder)!, parsed.GetValue(threads), parsed.GetValue(memory)),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        string folder, ServerOptions options, IAccess access, EtcdOptions? catalog, bool allowsAssemblies,
        FileInfo? ready,
        Func<ServerResources> open, CancellationToken cancellationToken)
    {
        using StopSignal stop = new();
        using ServerResources resources = open();
        await using CoordinatorHost coordinator = await CoordinatorHost.OpenAsync(
            new CoordinatorEnvironment(
                resources.Files, NodeNetwork.Open(options.Certificate, options.Members), resources.Scheduler)
            {
                DataSource = folder, Memory = resources.Memory, Outside = OutsideOf(catalog),
                AllowsAssemblies = allowsAssemblies,
            },
            cancellationToken);
        await using ServerHost server = await ServerHost.StartAsync(
            options, new DatabaseSessions(coordinator.Sessions, access), SystemClock.Instance, SecureRandom.Instance,
            coordinator.Nodes, cancellationToken);
        coordinator.Address = server.Addresses[0];
        await using FolderDoor? door =
            folder == SessionTarget.InMemory ? null : FolderDoor.TryOpen(folder, coordinator.Sessions);
        await ReadyLine.WriteAsync($"Serving {folder}", server.Addresses, ready, cancellationToken);
        await stop.WaitAsync(cancellationToken);
        await System.Console.Error.WriteLineAsync("Stopping");
        await server.StopAsync(s_grace);
        return 0;
    }

    private static OutsideCatalog? OutsideOf(EtcdOptions? options) => options is null ? null : new OutsideCatalog(
        options.ToString(),
        async (cluster, cancellationToken) => await EtcdCatalog.OpenAsync(
            options, cluster, SystemClock.Instance, SecureRandom.Instance, cancellationToken));

    private static string[] AddressesOf(string[] listen, int port)
    {
        if (port is < 0 or > ushort.MaxValue) throw new UsageException($"--pg is a port, 0 to 65535: {port}");
        string[] named = listen.Length > 0 ? listen : ["127.0.0.1"];
        return [.. named.Select(address => WithPort(address, port))];
    }

    private static string WithPort(string address, int port)
    {
        if (address.StartsWith("unix:", StringComparison.Ordinal) ||
            address.Contains("]:", StringComparison.Ordinal)) return address;
        int colons = address.AsSpan().Count(':');
        if (colons == 1) return address;
        return colons > 1 && address[0] != '[' ? $"[{address}]:{port}" : $"{address}:{port}";
    }
}
