using ColFrag.Datasets.Generators.Flights;
using ColFrag.Datasets.Generators.H2o;
using ColFrag.Datasets.Generators.Hits;
using ColFrag.Datasets.Generators.Tpch;
using ColFrag.Datasets.Generators.Users;
using ColFrag.Datasets.Making;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets;

/// <summary>The one list of data sets that can be made.</summary>
internal static class DatasetCatalog
{
    public static IReadOnlyList<Dataset> All { get; } =
    [
        new("tpch", "TPC-H, byte for byte as its reference generator makes it", "1 = a gigabyte of .tbl files",
            scale => TpchTables(new TpchScale(scale))) { HasTbl = true },
        new("hits", "a web analytics table like ClickBench's", "1 = a million rows",
            scale => [new HitsTable(new HitScale(scale))]),
        new("h2o", "the tables to group and to join of db-benchmark", "1 = a million rows",
            scale => H2oTables(new H2oScale(scale))),
        new("users", "invented users, with NULLs", "0 = four rows, 1 = a million rows",
            scale => [new UsersTable(scale)]) { DefaultScale = 0 },
        new("flights", "real flights and airports", "always the same rows", _ => FlightTables()),
    ];

    /// <summary>A data set by its name, or an error that lists them.</summary>
    public static Dataset Named(string name) =>
        All.FirstOrDefault(d => d.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new QueryException(
            SqlStates.UndefinedObject, $"No such data set: {name}",
            hint: $"There are {string.Join(", ", All.Select(d => d.Name))}.");

    private static TableGenerator[] TpchTables(TpchScale scale) =>
    [
        new RegionTable(), new NationTable(), new SupplierTable(scale), new CustomerTable(scale), new PartTable(scale),
        new PartSuppTable(scale), new OrdersTable(scale), new LineItemTable(scale),
    ];

    private static TableGenerator[] H2oTables(H2oScale scale) =>
        [new GroupTable(scale), .. new JoinTables(scale).All];

    private static TableGenerator[] FlightTables() =>
    [
        new BundledTable("airports", "airports.csv",
            new Field("iata", LogicalType.Varchar, IsNullable: false), new Field("name", LogicalType.Varchar),
            new Field("city", LogicalType.Varchar), new Field("state", LogicalType.Varchar),
            new Field("country", LogicalType.Varchar), new Field("latitude", LogicalType.Double),
            new Field("longitude", LogicalType.Double)),
        new BundledTable("flights", "flights.parquet",
            new Field("date", LogicalType.Timestamp), new Field("delay", LogicalType.BigInt),
            new Field("distance", LogicalType.BigInt), new Field("origin", LogicalType.Varchar),
            new Field("destination", LogicalType.Varchar)),
    ];
}
