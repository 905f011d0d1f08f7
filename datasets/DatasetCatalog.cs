using ColFrag.Datasets.Generators.Tpch;
using ColFrag.Engine.Errors;

namespace ColFrag.Datasets;

/// <summary>The one list of data sets that can be made.</summary>
internal static class DatasetCatalog
{
    public static IReadOnlyList<Dataset> All { get; } =
    [
        new("tpch", "TPC-H, byte for byte as its reference generator makes it", "1 = a gigabyte of .tbl files",
            scale => TpchTables(new TpchScale(scale))) { HasTbl = true },
    ];

    /// <summary>A data set by its name, or an error that lists them.</summary>
    public static Dataset Named(string name) =>
        All.FirstOrDefault(d => d.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new QueryException(
            SqlStates.UndefinedObject, $"No such data set: {name}",
            hint: $"There are {string.Join(", ", All.Select(d => d.Name))}.");

    private static Making.TableGenerator[] TpchTables(TpchScale scale) =>
    [
        new RegionTable(), new NationTable(), new SupplierTable(scale), new CustomerTable(scale), new PartTable(scale),
        new PartSuppTable(scale), new OrdersTable(scale), new LineItemTable(scale),
    ];
}
