namespace ColFrag.Console.Commands;

/// <summary>The command line says something that cannot be done; ends with exit code 2.</summary>
sealed class UsageException(string message) : Exception(message);
