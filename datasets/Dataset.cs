using ColFrag.Datasets.Making;

namespace ColFrag.Datasets;

/// <summary>Tables that belong together and can be made at any scale.</summary>
/// <param name="Name">The name on the command line, and of its folder in the tree.</param>
/// <param name="Description">One line for the help.</param>
/// <param name="ScaleMeaning">What a scale of 1 is.</param>
/// <param name="Tables">The generators of its tables at a scale, in an order that can be loaded.</param>
internal sealed record Dataset(
    string Name, string Description, string ScaleMeaning, Func<double, IReadOnlyList<TableGenerator>> Tables)
{
    /// <summary>The scale unless told.</summary>
    public double DefaultScale { get; init; } = 1;

    /// <summary>True when the reference generator of this data set writes .tbl files.</summary>
    public bool HasTbl { get; init; }

    /// <summary>The statements of its schema.sql that create the tables, without those that fill them.</summary>
    public string Schema() => SchemaFile.Of(Name);
}
