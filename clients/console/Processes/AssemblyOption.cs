using System.CommandLine;

namespace ColFrag.Console.Processes;

/// <summary>What whoever starts a process decides about code that SQL names.</summary>
static class AssemblyOption
{
    /// <summary>As it is written, for processes that start others.</summary>
    public const string Name = "--allow-assemblies";

    /// <summary>Off unless told.</summary>
    public static Option<bool> Create() => new(Name)
    {
        Description = "Allows CREATE FUNCTION … ASSEMBLY: its code runs with all rights of the process",
    };
}
