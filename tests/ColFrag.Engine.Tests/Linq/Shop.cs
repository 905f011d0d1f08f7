namespace ColFrag.Engine.Tests.Linq;

public sealed record Customer(int Id, string Name, string? City, DateOnly Since, bool IsActive, double? Score);

public sealed record Order(long Id, int CustomerId, DateTime Placed, decimal Total, int? Discount, OrderKind Kind);

/// <summary>Set by properties; one column has another name.</summary>
public sealed class Line
{
    public long OrderId { get; init; }

    public required string Product { get; init; }

    public int Quantity { get; init; }

    [System.ComponentModel.DataAnnotations.Schema.Column("unit_price")]
    public decimal Price { get; init; }

    public override bool Equals(object? obj) => obj is Line other && OrderId == other.OrderId &&
        Product == other.Product && Quantity == other.Quantity && Price == other.Price;

    public override int GetHashCode() => HashCode.Combine(OrderId, Product, Quantity);
}

public enum OrderKind
{
    Web,
    Shop,
    Phone,
}

/// <summary>The tables of a query: of the database, or lists of this process.</summary>
public sealed record Shop(IQueryable<Customer> Customers, IQueryable<Order> Orders, IQueryable<Line> Lines);

/// <summary>
/// A small shop in memory, in an embedded database, and in the same database by text as a remote session sends it. A
/// query must give the same everywhere; what LINQ to Objects says counts.
/// </summary>
public sealed class ShopFixture : IDisposable
{
    private const string Tables =
        """
        CREATE TABLE customers (
            id INTEGER NOT NULL, name VARCHAR NOT NULL, city VARCHAR, since DATE NOT NULL, is_active BOOLEAN NOT NULL,
            score DOUBLE);
        CREATE TABLE orders (
            id BIGINT, customer_id INTEGER, placed TIMESTAMP, total DECIMAL(10, 2), discount INTEGER, kind SMALLINT);
        CREATE TABLE lines (
            order_id BIGINT, product VARCHAR, quantity INTEGER, unit_price DECIMAL(8, 2));
        """;

    private readonly Connection _connection;
    private readonly List<Customer> _customers;
    private readonly List<Order> _orders;
    private readonly List<Line> _lines;

    public ShopFixture()
    {
        Database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        _connection = Database.Connect();
        (_customers, _orders, _lines) = Rows();
        foreach (string statement in Tables.Split(';')[..^1]) Run(statement);
        foreach (Customer c in _customers)
        {
            Run($"INSERT INTO customers VALUES ({c.Id}, '{c.Name}', {Text(c.City)}, '{c.Since:yyyy-MM-dd}', "
                + $"{c.IsActive}, {c.Score?.ToString("R") ?? "NULL"})");
        }
        foreach (Order o in _orders)
        {
            Run($"INSERT INTO orders VALUES ({o.Id}, {o.CustomerId}, '{o.Placed:yyyy-MM-dd HH:mm:ss}', {o.Total}, "
                + $"{o.Discount?.ToString() ?? "NULL"}, {(int)o.Kind})");
        }
        foreach (Line l in _lines)
            Run($"INSERT INTO lines VALUES ({l.OrderId}, '{l.Product}', {l.Quantity}, {l.Price})");
        Lists = new Shop(_customers.AsQueryable(), _orders.AsQueryable(), _lines.AsQueryable());
        Embedded = Of(_connection);
        ByText = Of(new TextSession(_connection));
    }

    internal Database Database { get; }

    internal Connection Connection => _connection;

    public Shop Lists { get; }

    public Shop Embedded { get; }

    public Shop ByText { get; }

    /// <summary>The rows are the same; so is their order where the query says one.</summary>
    public void Same<T>(Func<Shop, IQueryable<T>> query, bool isOrdered = false)
    {
        List<T> expected = [.. query(Lists)];
        foreach (Shop shop in new[] { Embedded, ByText })
        {
            List<T> actual = [.. query(shop)];
            if (isOrdered) Assert.Equal(expected, actual);
            else Assert.Empty(Difference(expected, actual));
        }
    }

    /// <summary>The value is the same.</summary>
    public void SameValue<T>(Func<Shop, T> query)
    {
        T expected = query(Lists);
        Assert.Equal(expected, query(Embedded));
        Assert.Equal(expected, query(ByText));
    }

    /// <summary>The failure is of the same type with the same words.</summary>
    public void SameFailure<T>(Func<Shop, T> query)
    {
        Exception expected = Assert.ThrowsAny<Exception>(() => query(Lists));
        foreach (Shop shop in new[] { Embedded, ByText })
        {
            Exception actual = Assert.Throws(expected.GetType(), () => query(shop));
            Assert.Equal(expected.Message, actual.Message);
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        Database.Dispose();
    }

    private static IEnumerable<string> Difference<T>(List<T> expected, List<T> actual)
    {
        List<T> left = [.. actual];
        foreach (T row in expected)
            if (!left.Remove(row)) yield return $"missing: {row}";
        foreach (T row in left) yield return $"too many: {row}";
    }

    private static Shop Of(ISession session) => new(
        session.Table<Customer>("customers"), session.Table<Order>("orders"), session.Table<Line>("lines"));

    private static string Text(string? text) => text is null ? "NULL" : $"'{text}'";

    private void Run(string sql) => _connection.RunAsync(sql).GetAwaiter().GetResult();

    private static (List<Customer> Customers, List<Order> Orders, List<Line> Lines) Rows()
    {
        string?[] cities = ["Oslo", "Bergen", null, "Rome", "oslo", ""];
        string[] names = ["Ada", "Bob", "Cleo", "Dan", "Eve", "  Fay ", "Gus", "Ada", "Hal", "Ivy", "Jo", "Kim"];
        string[] products = ["pen", "ink", "paper", "desk", "lamp"];
        List<Customer> customers = [.. names.Select((name, i) => new Customer(
            i + 1, name, cities[i % cities.Length], new DateOnly(2019, 11, 28).AddDays(i * 37), i % 3 != 1,
            i % 4 == 2 ? null : (i * 1.25) - 3))];
        // Customers 11 and 12 have no orders; order 60 belongs to nobody.
        List<Order> orders = [.. Enumerable.Range(1, 60).Select(i => new Order(
            i, i == 60 ? 99 : ((i * 7) % 10) + 1, new DateTime(2024, 1, 1, 6, 30, 15).AddHours(i * 53.5),
            (i * 13.37m) - 50m, i % 5 == 0 ? null : i % 4, (OrderKind)(i % 3)))];
        List<Line> lines = [.. Enumerable.Range(0, 150).Select(i => new Line
        {
            OrderId = (i * 11 % 58) + 1, Product = products[i % products.Length], Quantity = (i % 7) + 1,
            Price = (i % 9) + 0.95m,
        })];
        return (customers, orders, lines);
    }
}
