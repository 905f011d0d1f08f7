namespace ColFrag.Console.Tests.Cluster;

/// <summary>A test that needs network namespaces: root on Linux, with iproute2.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute()
    {
        if (Judge.FindProgram("ip") is null) Skip = "ip is not installed";
        else if (!NetworkOfNamespaces.IsPermitted) Skip = "not permitted: network namespaces";
    }
}
