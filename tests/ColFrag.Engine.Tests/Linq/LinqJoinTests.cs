namespace ColFrag.Engine.Tests.Linq;

/// <summary>Joins and nested queries, compared with LINQ to Objects.</summary>
public sealed class LinqJoinTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public void Inner_joins()
    {
        shop.Same(s => from c in s.Customers join o in s.Orders on c.Id equals o.CustomerId
                       select new { c.Name, o.Id });
        shop.Same(s => from c in s.Customers where c.IsActive
                       join o in s.Orders.Where(o => o.Total > 100) on c.Id equals o.CustomerId
                       join l in s.Lines on o.Id equals l.OrderId
                       where l.Quantity > 3
                       orderby o.Id, l.Product, l.Quantity
                       select new { c.Name, o.Id, l.Product, l.Quantity });
        shop.Same(s => from a in s.Lines
                       join b in s.Lines on new { a.OrderId, a.Product } equals new { b.OrderId, b.Product }
                       select new { a.Quantity, Other = b.Quantity });
        shop.Same(s => from c in s.Customers.OrderBy(c => c.Id).Take(4)
                       join o in s.Orders.OrderBy(o => o.Id).Take(30) on c.Id equals o.CustomerId
                       select new { c.Id, OrderId = o.Id });
    }

    [Fact]
    public void Left_and_right_joins()
    {
        shop.Same(s => s.Customers.LeftJoin(
            s.Orders, c => c.Id, o => o.CustomerId, (c, o) => new { c.Name, Id = o == null ? -1 : o.Id }));
        shop.Same(s => s.Customers.RightJoin(
            s.Orders, c => c.Id, o => o.CustomerId, (c, o) => new { Name = c == null ? "?" : c.Name, o.Id }));
        shop.Same(s => from c in s.Customers
                       join o in s.Orders on c.Id equals o.CustomerId into g
                       from o in g.DefaultIfEmpty()
                       select new { c.Name, Total = o == null ? (decimal?)null : o.Total });
        shop.Same(s => from c in s.Customers
                       join o in s.Orders on c.Id equals o.CustomerId into g
                       from o in g.DefaultIfEmpty()
                       where o == null
                       select c.Name);
        shop.Same(s => s.Customers.LeftJoin(
            s.Orders, c => c.Id, o => o.CustomerId, (c, o) => new { c, o }).Where(x => x.c.Id > 9).Select(x => x.o));
    }

    [Fact]
    public void Group_joins_are_aggregated()
    {
        shop.Same(s => from c in s.Customers
                       join o in s.Orders on c.Id equals o.CustomerId into g
                       select new
                       {
                           c.Name, N = g.Count(), Sum = g.Sum(o => o.Total), Best = g.Max(o => (decimal?)o.Total),
                       });
        shop.Same(s => from c in s.Customers
                       join o in s.Orders on c.Id equals o.CustomerId into g
                       where g.Any(o => o.Total > 600)
                       select c.Id);
    }

    [Fact]
    public void Crossing_and_correlated_sources()
    {
        shop.Same(s => from a in s.Customers from b in s.Customers where a.Id < b.Id select new { A = a.Id, B = b.Id });
        shop.Same(s => from c in s.Customers
                       from o in s.Orders.Where(o => o.CustomerId == c.Id)
                       select new { c.Id, O = o.Id });
        shop.Same(s => from c in s.Customers
                       from o in s.Orders.Where(o => o.CustomerId == c.Id).DefaultIfEmpty()
                       select new { c.Id, O = o == null ? 0 : o.Id });
        shop.Same(s => from c in s.Customers
                       from o in s.Orders.Where(o => o.CustomerId == c.Id).OrderByDescending(o => o.Total).Take(2)
                       select new { c.Id, O = o.Id });
        shop.Same(s => from c in s.Customers
                       from n in s.Orders.Where(o => o.CustomerId == c.Id).Select(o => o.Kind).Distinct()
                       select new { c.Id, n });
        shop.Same(s => s.Customers.SelectMany(c => s.Orders.Where(o => o.CustomerId == c.Id)));
    }

    [Fact]
    public void Nested_queries_in_conditions_and_selections()
    {
        shop.Same(s => s.Customers.Where(c => s.Orders.Any(o => o.CustomerId == c.Id && o.Total > 500)));
        shop.Same(s => s.Customers.Where(c => !s.Orders.Any(o => o.CustomerId == c.Id)));
        shop.Same(s => s.Customers.Where(c => s.Orders.Where(o => o.CustomerId == c.Id).All(o => o.Total > -40)));
        shop.Same(s => s.Customers.Where(c => s.Orders.Select(o => o.CustomerId).Contains(c.Id)));
        shop.Same(s => s.Customers.Where(c => !s.Orders.Select(o => o.CustomerId).Contains(c.Id)));
        shop.Same(s => s.Customers.Select(c => new { c.Id, N = s.Orders.Count(o => o.CustomerId == c.Id) }));
        shop.Same(s => s.Customers.Select(c => s.Orders.Where(o => o.CustomerId == c.Id).Sum(o => o.Discount)));
        shop.Same(s => s.Orders.Where(o => o.Total > s.Orders.Average(x => x.Total)).Select(o => o.Id));
        shop.Same(s => s.Customers.Select(c => new
        {
            c.Id,
            Last = s.Orders.Where(o => o.CustomerId == c.Id).OrderByDescending(o => o.Placed)
                .Select(o => (long?)o.Id).FirstOrDefault(),
        }));
        shop.Same(s => s.Customers.Select(c => new
        {
            c.Id, Best = s.Orders.Where(o => o.CustomerId == c.Id).OrderByDescending(o => o.Total).FirstOrDefault(),
        }));
        Assert.Equal(
            IdsOfCustomers(shop.Lists).Select(ids => string.Join(',', ids)),
            IdsOfCustomers(shop.Embedded).AsEnumerable().Select(ids => string.Join(',', ids)));
    }

    private static IQueryable<long[]> IdsOfCustomers(Shop s) => s.Customers.OrderBy(c => c.Id).Select(
        c => s.Orders.Where(o => o.CustomerId == c.Id).OrderBy(o => o.Id).Select(o => o.Id).ToArray());

    [Fact]
    public void Rows_of_the_program_join_those_of_a_table()
    {
        var wanted = new[] { new { Id = 3, Note = "x" }, new { Id = 5, Note = "y" }, new { Id = 77, Note = "z" } };
        shop.Same(s => from c in s.Customers join w in wanted on c.Id equals w.Id select new { c.Name, w.Note });
        shop.Same(s => from c in s.Customers
                       join n in new List<string> { "Ada", "Eve" } on c.Name equals n
                       select c.Id);
        shop.Same(s => from c in s.Customers join n in new List<string>() on c.Name equals n select c.Id);
    }
}
