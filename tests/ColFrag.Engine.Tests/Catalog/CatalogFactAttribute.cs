namespace ColFrag.Engine.Tests.Catalog;

/// <summary>A test of what every catalog must do. This one needs nothing but the process.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CatalogFactAttribute : FactAttribute;
