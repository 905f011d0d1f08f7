namespace ColFrag.Cluster.Tests.Catalog;

/// <summary>A test of what every catalog must do, with etcd.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CatalogFactAttribute : FactAttribute
{
    /// <summary>Skips it by name where etcd is absent.</summary>
    public CatalogFactAttribute() => Skip = Judge.Absence(Judge.Etcd);
}
