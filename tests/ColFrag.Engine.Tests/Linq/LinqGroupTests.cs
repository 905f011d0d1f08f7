namespace ColFrag.Engine.Tests.Linq;

/// <summary>Groups and values at the end of a query, compared with LINQ to Objects.</summary>
public sealed class LinqGroupTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public void Aggregates_of_groups()
    {
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Select(g => new
        {
            g.Key, N = g.Count(), Long = g.LongCount(), Sum = g.Sum(o => o.Total), Min = g.Min(o => o.Total),
            Max = g.Max(o => o.Placed), Discount = g.Sum(o => o.Discount), Best = g.Max(o => o.Discount),
        }));
        shop.Same(s => s.Lines.GroupBy(l => l.Product).Select(g => new { g.Key, Mean = g.Average(l => l.Quantity) }));
        shop.Same(s => from l in s.Lines group l.Quantity by l.Product into g select new { g.Key, Sum = g.Sum() });
        shop.Same(s => s.Orders.GroupBy(o => o.Discount).Select(g => new { g.Key, N = g.Count() }));
        shop.Same(s => s.Orders.GroupBy(o => new { o.Placed.Month, o.Kind }).Select(g => new
        {
            g.Key.Month, g.Key.Kind, N = g.Count(),
        }));
        shop.Same(s => s.Customers.GroupBy(
            c => c.City, (city, g) => new { city, N = g.Count(), First = g.Min(c => c.Name) }));
        shop.Same(s => s.Customers.GroupBy(c => c.City, c => c.Score, (city, g) => new { city, Sum = g.Sum() }));
        shop.Same(s => s.Orders.GroupBy(o => 1).Select(g => g.Sum(o => o.Total)));
    }

    [Fact]
    public void Groups_are_filtered_inside_and_outside()
    {
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Where(g => g.Count() > 5).Select(g => g.Key));
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Select(g => new { g.Key, N = g.Count() })
            .Where(x => x.N > 5));
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Select(g => new
        {
            g.Key, Big = g.Count(o => o.Total > 300), Web = g.Where(o => o.Kind == OrderKind.Web).Sum(o => o.Total),
            Any = g.Any(o => o.Discount == 3), All = g.All(o => o.Total > 0),
        }));
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Select(g => new
        {
            g.Key, Kinds = g.Select(o => o.Kind).Distinct().Count(), D = g.Select(o => o.Discount).Distinct().Count(),
        }));
        shop.Same(s => s.Lines.GroupBy(l => l.OrderId).Select(g => new
        {
            g.Key, Names = string.Join("+", g.OrderBy(l => l.Product).ThenBy(l => l.Quantity).Select(l => l.Product)),
        }));
    }

    [Fact]
    public void Groups_are_ordered_cut_and_joined()
    {
        shop.Same(
            s => s.Orders.GroupBy(o => o.CustomerId).OrderByDescending(g => g.Sum(o => o.Total)).Take(3)
                .Select(g => new { g.Key, Sum = g.Sum(o => o.Total) }),
            isOrdered: true);
        shop.Same(
            s => s.Orders.GroupBy(o => o.CustomerId).Select(g => new { g.Key, N = g.Count() }).OrderBy(x => x.N)
                .ThenBy(x => x.Key).Skip(2).Take(4),
            isOrdered: true);
        shop.Same(s => from g in s.Orders.GroupBy(o => o.CustomerId).Select(g => new { g.Key, N = g.Count() })
                       join c in s.Customers on g.Key equals c.Id
                       select new { c.Name, g.N });
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Select(g => g.Count()).GroupBy(n => n)
            .Select(g => new { g.Key, N = g.Count() }));
        shop.Same(s => s.Orders.Select(o => new { o.Kind, Month = o.Placed.Month }).Distinct().GroupBy(x => x.Kind)
            .Select(g => new { g.Key, N = g.Count() }));
        shop.Same(s => s.Orders.GroupBy(o => o.CustomerId).Select(g => new
        {
            g.Key, Latest = g.OrderByDescending(o => o.Placed).First().Total,
        }));
    }

    [Fact]
    public void One_value_at_the_end()
    {
        shop.SameValue(s => s.Customers.Count());
        shop.SameValue(s => s.Customers.LongCount(c => c.IsActive));
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).Take(5).Count());
        shop.SameValue(s => s.Customers.Select(c => c.City).Distinct().Count());
        shop.SameValue(s => s.Orders.GroupBy(o => o.CustomerId).Count());
        shop.SameValue(s => s.Customers.Any());
        shop.SameValue(s => s.Customers.Any(c => c.Id > 100));
        shop.SameValue(s => s.Customers.All(c => c.Id > 0));
        shop.SameValue(s => s.Customers.All(c => c.Score > 0));
        shop.SameValue(s => s.Customers.Select(c => c.City).Contains("Rome"));
        shop.SameValue(s => s.Orders.Sum(o => o.Total));
        shop.SameValue(s => s.Orders.Sum(o => o.Discount));
        shop.SameValue(s => s.Orders.Where(o => o.Id < 0).Sum(o => o.Total));
        shop.SameValue(s => s.Lines.Sum(l => l.Quantity));
        shop.SameValue(s => s.Lines.Average(l => l.Quantity));
        shop.SameValue(s => s.Customers.Average(c => c.Score));
        shop.SameValue(s => s.Customers.Max(c => c.Since));
        shop.SameValue(s => s.Customers.Min(c => c.Score));
        shop.SameValue(s => s.Orders.Where(o => o.Id < 0).Max(o => o.Discount));
        shop.SameValue(s => s.Customers.Select(c => c.Name).Max());
    }

    [Fact]
    public void One_row_at_the_end()
    {
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).First());
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).First(c => c.City == null));
        shop.SameValue(s => s.Customers.FirstOrDefault(c => c.Id == 100));
        shop.SameValue(s => s.Orders.Where(o => o.Id == 1000).Select(o => o.Id).FirstOrDefault());
        shop.SameValue(s => s.Customers.Single(c => c.Id == 4));
        shop.SameValue(s => s.Customers.SingleOrDefault(c => c.Id == 400));
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).Last());
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).LastOrDefault(c => c.IsActive));
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).ElementAt(3));
        shop.SameValue(s => s.Customers.OrderBy(c => c.Id).ElementAtOrDefault(30));
        shop.SameValue(s => s.Orders.MaxBy(o => o.Total));
        shop.SameValue(s => s.Orders.MinBy(o => o.Placed));
    }

    [Fact]
    public void What_fails_in_memory_fails_in_the_same_words()
    {
        shop.SameFailure(s => s.Customers.First(c => c.Id > 100));
        shop.SameFailure(s => s.Customers.Where(c => c.Id > 100).Single());
        shop.SameFailure(s => s.Customers.Where(c => c.Id > 2).Single());
        shop.SameFailure(s => s.Customers.Where(c => c.Id > 2).SingleOrDefault());
        shop.SameFailure(s => s.Orders.Where(o => o.Id < 0).Max(o => o.Total));
        shop.SameFailure(s => s.Orders.Where(o => o.Id < 0).Average(o => o.Total));
    }
}
