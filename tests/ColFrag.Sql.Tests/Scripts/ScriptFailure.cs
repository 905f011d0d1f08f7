namespace ColFrag.Sql.Tests.Scripts;

/// <summary>A step of a script that did not do what the script says.</summary>
sealed class ScriptFailure(string file, int line, string sql, string what) : Exception($"{file}:{line}: {what}\n{sql}");
