using System.CommandLine;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag password USER</c>: prints the line of <c>serve --users</c> for a user and a password.</summary>
static class PasswordCommand
{
    public static Command Create()
    {
        Argument<string> user = new("USER") { Description = "The user's name" };
        Command command = new(
            "password", "Reads a password from standard input and prints the line that serve --users wants") { user };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string name = parsed.GetValue(user)!;
            if (name.Length == 0 || name[0] == '#' || name.Contains(':', StringComparison.Ordinal))
                throw new UsageException($"Not a name of a user: {name}");
            if (!System.Console.IsInputRedirected) await System.Console.Error.WriteAsync("Password: ");
            string? password = await System.Console.In.ReadLineAsync(cancellationToken);
            if (string.IsNullOrEmpty(password)) throw new UsageException("An empty password lets everybody in");
            ScramVerifier verifier = ScramVerifier.Create(password, SecureRandom.Instance);
            await System.Console.Out.WriteLineAsync(UserFile.Format(name, verifier));
            return 0;
        });
        return command;
    }
}
