using System.CommandLine;
using System.CommandLine.Parsing;
using ColFrag.Console.Output;
using ColFrag.Console.Processes;
using ColFrag.Console.Sessions;
using ColFrag.Console.Shell;
using ColFrag.Engine;
using Spelling = ColFrag.Engine.Sql.Spelling;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag [DIR or host:port]</c>: the console, or the statements of the command line.</summary>
static class ConsoleCommand
{
    private const string StatementOption = "-c";
    private const string FileOption = "-f";

    /// <summary>Adds the arguments and what they do to the root command.</summary>
    public static void AddTo(RootCommand root)
    {
        Argument<string?> source = new("source")
        {
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "DIR or host:port",
            Description = "A folder (made when it is not there), or a server; without one, a database in memory",
        };
        source.Validators.Add(argument =>
        {
            if (argument.Tokens is [{ Value: ['-', _, ..] option }]) argument.AddError($"Unknown option {option}.");
        });
        Option<string[]> statements = new(StatementOption, "--command")
        {
            HelpName = "SQL", Description = "Runs statements and ends; can be repeated",
        };
        Option<string[]> files = new(FileOption, "--file")
        {
            HelpName = "FILE", Description = "Runs the statements of a file and ends; - is standard input",
        };
        Option<string> format = new("--format")
        {
            HelpName = "FORMAT",
            Description = $"How results are printed: {ResultFormats.Names}",
            DefaultValueFactory = _ => ResultFormats.Table.Name,
        };
        format.AcceptOnlyFromAmong([.. ResultFormats.All.Select(known => known.Name)]);
        Option<bool> keepsGoing = new("--keep-going") { Description = "Goes on with a script after an error" };
        Option<bool> echoes = new("--echo") { Description = "Prints each statement before it runs" };

        Option<bool> assemblies = AssemblyOption.Create();

        root.Arguments.Add(source);
        root.Options.Add(statements);
        root.Options.Add(files);
        root.Options.Add(format);
        root.Options.Add(keepsGoing);
        root.Options.Add(echoes);
        root.Options.Add(assemblies);
        root.SetAction(async (parsed, cancellationToken) =>
        {
            string? name = parsed.GetValue(source);
            CheckSpelling(root, name);
            List<(bool IsFile, string Text)> work = WorkInOrder(parsed);
            bool isInteractive =
                work.Count == 0 && !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected;
            if (work.Count == 0 && !isInteractive) work.Add((true, "-"));

            ISession session = await SessionOpener.OpenAsync(
                SessionTarget.Parse(name), new DatabaseOptions { AllowsAssemblies = parsed.GetValue(assemblies) },
                cancellationToken);
            await using SqlShell shell = new(
                session, ResultTarget.StandardOutput(), System.Console.Error,
                colorsErrors: ResultTarget.AllowsColor && !System.Console.IsErrorRedirected)
            {
                CopyInput = System.Console.IsInputRedirected && !work.Contains((true, "-"))
                    ? System.Console.OpenStandardInput()
                    : null,
            };
            shell.Settings.Format = ResultFormats.Find(parsed.GetValue(format)!)!;
            shell.Settings.Echoes = parsed.GetValue(echoes);
            if (isInteractive)
            {
                shell.Settings.ShowsTime = true;
                shell.Say($"{ProductVersion.Text}. Statements end with a semicolon; .help lists commands, .quit ends.");
                await shell.Target.Writer.FlushAsync(cancellationToken);
                await InteractiveLoop.RunAsync(shell);
                return 0;
            }
            shell.Settings.StopsAtError = !parsed.GetValue(keepsGoing);
            bool isGood = true;
            foreach ((bool isFile, string text) in work)
            {
                bool ran = isFile ? await shell.RunFileAsync(text) : await shell.RunAsync(text);
                isGood &= ran;
                if (shell.IsQuitting || (!ran && shell.Settings.StopsAtError)) break;
            }
            return isGood ? 0 : 1;
        });
    }

    /// <summary><c>-c</c> and <c>-f</c> in the order in which they were written.</summary>
    private static List<(bool IsFile, string Text)> WorkInOrder(ParseResult parsed)
    {
        List<(bool, string)> work = [];
        string option = "";
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                option = token.Value;
                continue;
            }
            if (token.Type != TokenType.Argument) continue;
            if (option is StatementOption or "--command") work.Add((false, token.Value));
            else if (option is FileOption or "--file") work.Add((true, token.Value));
            option = "";
        }
        return work;
    }

    /// <summary>
    /// A misspelled command would otherwise become a new folder of that name.
    /// </summary>
    private static void CheckSpelling(RootCommand root, string? name)
    {
        if (name is null || Path.Exists(name) || name.AsSpan().ContainsAny('/', '\\', ':')) return;
        if (Spelling.FindNear(name, root.Subcommands.Select(command => command.Name)) is string similar)
        {
            throw new UsageException(
                $"No folder {name}. Did you mean the command {similar}? (./{name} makes a folder of this name)");
        }
    }
}
