namespace ColFrag.Protocol;

/// <summary>What this build calls itself to others.</summary>
internal static class Software
{
    /// <summary>Name and release.</summary>
    public static string Name { get; } =
        $"colfrag {typeof(Software).Assembly.GetName().Version?.ToString(3) ?? "unknown"}";
}
