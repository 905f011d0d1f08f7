using ColFrag.Engine.Errors;
using ColFrag.Engine.Linq;

namespace ColFrag.Engine.Tests.Linq;

/// <summary>Where LINQ queries run, what is refused, and how rows become objects.</summary>
public sealed class LinqSourceTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private sealed record Wrong(int Id, string Nickname);

    private sealed record Strict(int Id, string City);

    [Fact]
    public async Task Rows_stream_and_values_come_without_blocking()
    {
        IQueryable<Order> orders = shop.Embedded.Orders;
        List<long> ids = [];
        await foreach (Order order in orders.OrderBy(o => o.Id).AsAsyncEnumerable())
        {
            ids.Add(order.Id);
            if (ids.Count == 3) break;
        }
        Assert.Equal([1, 2, 3], ids);
        Assert.Equal(60, await orders.CountAsync());
        Assert.Equal(60, await orders.LongCountAsync());
        Assert.Equal(60, (await orders.ToListAsync()).Count);
        Assert.True(await orders.AnyAsync());
        Assert.Equal(1, (await orders.OrderBy(o => o.Id).FirstAsync()).Id);
        Assert.Null(await orders.Where(o => o.Id < 0).FirstOrDefaultAsync());
        Assert.Equal(7, (await orders.Where(o => o.Id == 7).SingleAsync()).Id);
        Assert.Equal(60, await orders.Select(o => o.Id).MaxAsync());
        Assert.Equal(1, await orders.Select(o => o.Id).MinAsync());
        Assert.Equal(shop.Lists.Orders.Sum(o => o.Total), await orders.RunAsync(q => q.Sum(o => o.Total)));
    }

    [Fact]
    public void Queries_of_a_database_run_side_by_side()
    {
        IQueryable<Customer> customers = shop.Database.Table<Customer>("customers");
        IQueryable<Order> orders = shop.Database.Table<Order>("orders");
        int pairs = 0;
        foreach (Customer customer in customers)
        {
            foreach (Order order in orders.Where(o => o.CustomerId == customer.Id))
                pairs += order.CustomerId > 0 ? 1 : 0;
        }
        Assert.Equal(59, pairs);
    }

    [Fact]
    public async Task A_query_sees_the_transaction_of_its_connection()
    {
        using Connection connection = shop.Database.Connect();
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("INSERT INTO lines VALUES (1000, 'x', 1, 1)");
        Assert.Equal(1, connection.Table<Line>("lines").Count(l => l.OrderId == 1000));
        Assert.Equal(0, shop.Embedded.Lines.Count(l => l.OrderId == 1000));
        await connection.RunAsync("ROLLBACK");
    }

    [Fact]
    public void Values_are_parameters_and_never_text()
    {
        string evil = "x' OR 1 = 1 --";
        IQueryable<Customer> query = shop.Embedded.Customers.Where(c => c.Name == evil && c.Id > 3);
        Assert.Empty(query);
        string sql = query.ToSql();
        Assert.DoesNotContain("OR 1", sql, StringComparison.Ordinal);
        Assert.Contains("$1", sql, StringComparison.Ordinal);
        Assert.Contains("$2", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_of_SQL_and_of_the_program_can_be_called()
    {
        shop.Database.CreateFunction("twice", (int x) => 2 * x);
        IQueryable<Customer> customers = shop.Embedded.Customers;
        Assert.Equal(2, customers.Count(c => SqlFunctions.Like(c.Name, "A_a")));
        Assert.Equal(3, customers.Count(c => SqlFunctions.ILike(c.City, "OSL%") && c.Id < 8));
        Assert.Equal([2, 4], customers.Where(c => c.Id < 3).OrderBy(c => c.Id)
            .Select(c => SqlFunctions.Call<int>("twice", c.Id)));
        Assert.Throws<InvalidOperationException>(() => SqlFunctions.Like("a", "b"));
    }

    [Fact]
    public void What_SQL_cannot_say_is_refused_with_its_text()
    {
        Shop s = shop.Embedded;
        Refused("Secret", s.Customers.Where(c => Secret(c.Id)));
        Refused("GetHashCode", s.Customers.Select(c => c.Name.GetHashCode()));
        Refused("Aggregate", () => _ = s.Customers.Select(c => c.Id).Aggregate((a, b) => a + b));
        Refused("TakeWhile", s.Customers.TakeWhile(c => c.Id < 3));
        Refused("number of the row", s.Customers.Select((c, i) => i));
        Refused("group", s.Orders.GroupBy(o => o.CustomerId));
        Refused("sequence", s.Customers.Select(c => new { c.Id, All = s.Orders }));
        Refused("Reverse", s.Customers.Reverse());
        Refused("AwayFromZero", s.Orders.Select(o => Math.Round(o.Total)));
        Refused("Double", s.Customers.Select(c => "" + c.Score));
    }

    private static bool Secret(int id) => id > 3;

    private static void Refused<T>(string words, IQueryable<T> query) => Refused(words, () => _ = query.ToList());

    private static void Refused(string words, Action run)
    {
        QueryException error = Assert.Throws<QueryException>(run);
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("AsAsyncEnumerable", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_without_a_column_is_named()
    {
        QueryException error =
            Assert.Throws<QueryException>(() => shop.Connection.Table<Wrong>("customers").ToList());
        Assert.Equal(SqlStates.UndefinedColumn, error.SqlState);
        Assert.Contains("Nickname", error.Message, StringComparison.Ordinal);
        Assert.Contains("city", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void NULL_does_not_go_into_a_member_that_cannot_be_null()
    {
        QueryException error =
            Assert.Throws<QueryException>(() => shop.Connection.Table<Strict>("customers").ToList());
        Assert.Equal("22002", error.SqlState);
        Assert.Contains("\"City\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, shop.Connection.Table<Strict>("customers").Count(c => c.City != null));
    }

    [Fact]
    public void A_missing_table_is_the_database_s_error() =>
        Assert.Equal(SqlStates.UndefinedTable, Assert.Throws<QueryException>(
            () => shop.Connection.Table<Customer>("nosuch").ToList()).SqlState);

    [Fact]
    public async Task Rows_of_any_statement_become_records()
    {
        List<Customer> rows = [];
        await foreach (Customer row in shop.Connection.QueryAsync<Customer>(
            "SELECT * FROM customers WHERE id <= $1 ORDER BY id", [2])) rows.Add(row);
        Assert.Equal(shop.Lists.Customers.Where(c => c.Id <= 2), rows);
        List<(int, string)> pairs = [];
        await foreach ((int, string) pair in shop.Connection.QueryAsync<(int, string)>(
            "SELECT id, name FROM customers ORDER BY id LIMIT 1")) pairs.Add(pair);
        Assert.Equal([(1, "Ada")], pairs);
        await foreach (long count in shop.Connection.QueryAsync<long>("SELECT count(*) FROM orders"))
            Assert.Equal(60, count);
    }
}
