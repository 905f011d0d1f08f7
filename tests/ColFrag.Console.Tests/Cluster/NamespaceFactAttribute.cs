namespace ColFrag.Console.Tests.Cluster;

/// <summary>A test that needs network namespaces (root on Linux, with iproute2) and perhaps judges.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute(params string[] judges)
    {
        if (Judge.FindProgram("ip") is null) Skip = "ip is not installed";
        else if (!NetworkOfNamespaces.IsPermitted) Skip = "not permitted: network namespaces";
        else Skip = judges.Select(Judge.Absence).FirstOrDefault(absence => absence is not null);
    }
}
