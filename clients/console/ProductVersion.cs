using System.Reflection;

namespace ColFrag.Console;

/// <summary>The version of this build.</summary>
static class ProductVersion
{
    /// <summary>
    /// For people, such as <c>ColFrag 0.1.0-dev</c>; what a build adds after a plus sign is left out.
    /// </summary>
    public static string Text { get; } = "ColFrag " + (typeof(ProductVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+')[0];
}
