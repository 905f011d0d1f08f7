using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Linq;

/// <summary>Queries as somebody writes them who has not read what LINQ providers like.</summary>
public sealed class LinqOddQueryTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private readonly List<string> _failures = [];
    private int _number;

    [Fact]
    public void Queries_that_nobody_foresaw_give_what_they_give_in_memory()
    {
        int[] none = [];
        int? nothing = null;
        string? noCity = null;
        string[] cities = ["Oslo", "Rome"];
        List<OrderKind> kinds = [OrderKind.Web, OrderKind.Phone];
        HashSet<int> set = [1, 3, 99];
        DateTime from = new(2024, 2, 1);
        var range = new { From = 2, To = 7 };
        (int A, int B) pair = (3, 5);
        Dictionary<string, int> map = new() { ["x"] = 4 };
        Try(s => s.Customers.Where(c => none.Contains(c.Id)));
        Try(s => s.Customers.Where(c => !none.Contains(c.Id)));
        Try(s => s.Customers.Where(c => c.City == noCity));
        Try(s => s.Customers.Where(c => c.City != noCity).Select(c => c.City!.Length));
        Try(s => s.Customers.Where(c => cities.Contains(c.City) == false));
        Try(s => s.Customers.Where(c => c.IsActive != cities.Contains(c.City)));
        Try(s => s.Customers.Select(c => cities.Contains(c.City)));
        Try(s => s.Orders.Where(o => kinds.Contains(o.Kind)).Select(o => o.Id));
        Try(s => s.Customers.Where(c => set.Contains(c.Id)));
        Try(s => s.Customers.Where(c => c.Id >= range.From && c.Id <= range.To));
        Try(s => s.Customers.Where(c => c.Id == pair.A || c.Id == pair.B));
        Try(s => s.Customers.Where(c => c.Id == map["x"]));
        Try(s => s.Orders.Where(o => o.Discount == nothing).Select(o => o.Id));
        Try(s => s.Orders.Where(o => o.Discount.HasValue && o.Discount.Value > 1).Select(o => o.Id));
        Try(s => s.Orders.Where(o => (o.Discount ?? 7) > 2).Select(o => o.Id));
        Try(s => s.Orders.Where(o => o.Discount.GetValueOrDefault() == 0).Select(o => o.Id));
        Try(s => s.Orders.Where(o => o.Placed.Date == from.Date).Select(o => o.Id));
        Try(s => s.Orders.Where(o => o.Placed >= from && o.Placed < from.AddMonths(1)).Select(o => o.Id));
        Try(s => s.Orders.Where(o => o.Placed.DayOfWeek == DayOfWeek.Monday).Select(o => o.Id));
        Try(s => s.Customers.Where(c => c.Since > new DateOnly(2020, 1, 1)).Select(c => c.Since.Year));
        Try(s => s.Customers.Where(c => c.IsActive ? c.Id > 3 : c.Id < 3));
        Try(s => s.Customers.Where(c => c.IsActive == (c.Id > 4)));
        Try(s => s.Customers.Where(c => c.IsActive ^ c.Id > 4));
        Try(s => s.Customers.Where(c => !(c.Score > 1)));
        Try(s => s.Customers.Select(c => c.Score > 1 ? "high" : c.Score == null ? "none" : "low"));
        Try(s => s.Customers.Select(c => c.Name[0] == 'A'));
        Try(s => s.Customers.Select(c => c.Name.ToLower().Trim().Substring(0, 2)));
        Try(s => s.Customers.Select(c => $"{c.Id}: {c.Name} ({c.City})"));
        Try(s => s.Customers.Select(c => c.Name + c.Id));
        Try(s => s.Customers.Select(c => string.Concat(c.Name, "-", c.City)));
        Try(s => s.Customers.Select(c => c.City == null ? "?" : c.City.ToUpperInvariant()));
        Try(s => s.Customers.Select(c => string.IsNullOrWhiteSpace(c.City)));
        Try(s => s.Customers.Select(c => c.Name.Equals("Ada")));
        Try(s => s.Customers.Select(c => object.Equals(c.City, "Oslo")));
        Try(s => s.Customers.Select(c => string.Equals(c.Name, "ada", StringComparison.OrdinalIgnoreCase)));
        Try(s => s.Customers.Where(c => c.Name.StartsWith('A')));
        Try(s => s.Customers.Where(c => c.Name.Contains("da", StringComparison.OrdinalIgnoreCase)));
        Try(s => s.Customers.Where(c => string.Compare(c.Name, "Dan") > 0));
        Try(s => s.Customers.Select(c => (int)(c.Score ?? 0)));
        Try(s => s.Customers.Select(c => (long)c.Id * int.MaxValue));
        Try(s => s.Customers.Select(c => c.Id / 2 + c.Id % 2));
        Try(s => s.Customers.Select(c => c.Id & 3 | 8));
        Try(s => s.Customers.Select(c => c.Id << 2));
        Try(s => s.Customers.Select(c => -c.Id));
        Try(s => s.Customers.Select(c => Math.Max(c.Id, 5)));
        Try(s => s.Customers.Select(c => Math.Abs(c.Id - 5)));
        Try(s => s.Orders.Select(o => Math.Floor(o.Total)));
        Try(s => s.Orders.Select(o => (int)o.Kind));
        Try(s => s.Orders.Where(o => o.Kind > OrderKind.Web).Select(o => o.Id));
        Try(s => s.Customers.Select(c => new Customer(c.Id, c.Name, null, c.Since, true, null)));
        Try(s => s.Customers.Select(c => new { Whole = c, Twice = c.Id * 2 }));
        Try(s => s.Customers.Select(c => new { c.Id, Inner = new { c.Name, c.City } })
            .Where(x => x.Inner.Name == "Ada"));
        Try(s => s.Customers.Select(c => ValueTuple.Create(c.Id, c.Name)));
        Try(s => s.Customers.Select(c => Tuple.Create(c.Id, c.Name)));
        Try(s => from c in s.Customers let half = c.Id / 2 where half > 2 let twice = half * 4 select twice + half);
        Try(s => s.Customers.Where(c => c.Id > 2).Where(c => c.IsActive).Select(c => c.Name).Where(n => n.Length > 2));
        Try(s => s.Customers.Select(c => c.Id).Where(i => i % 2 == 0).Select(i => i * i).Distinct());
        Try(s => s.Customers.OrderBy(c => c.City).ThenByDescending(c => c.Name).Select(c => c.Id).Skip(2).Take(5));
        Try(s => s.Customers.OrderBy(c => c.Id).Skip(1).Where(c => c.IsActive).Take(2));
        Try(s => s.Customers.OrderBy(c => c.Id).Take(0));
        Try(s => s.Customers.OrderBy(c => c.Id).Take(3).OrderByDescending(c => c.Id).Take(1));
        Try(s => s.Customers.OrderBy(c => c.IsActive ? 0 : 1).ThenBy(c => c.Id).Select(c => c.Id));
        Try(s => s.Customers.Select(c => c.City).Distinct().OrderBy(c => c));
        Try(s => s.Customers.Select(c => c.Id).Union(s.Orders.Select(o => o.CustomerId)).Where(i => i > 5));
        Try(s => s.Customers.Select(c => c.Id).Except(s.Orders.Select(o => o.CustomerId)));
        Try(s => s.Customers.Select(c => c.Id).Intersect(s.Orders.Select(o => o.CustomerId)).OrderBy(i => i).Take(3));
        Try(s => s.Customers.Where(c => c.Id < 3).Concat(s.Customers.Where(c => c.Id > 10)).OrderBy(c => c.Name));
        Try(s => s.Customers.Select(c => c.Name).Concat(s.Lines.Select(l => l.Product)).GroupBy(n => n)
            .Select(g => new { g.Key, N = g.Count() }));
        Try(s => s.Customers.GroupBy(c => c.City == null).Select(g => new { g.Key, N = g.Count() }));
        Try(s => s.Customers.GroupBy(c => c.Name.Substring(0, 1)).Select(g => new { g.Key, Ids = g.Sum(c => c.Id) }));
        Try(s => s.Orders.GroupBy(o => o.Placed.Year * 100 + o.Placed.Month)
            .Select(g => new { g.Key, Mean = g.Average(o => o.Total), Share = g.Count() * 100 / s.Orders.Count() }));
        Try(s => s.Orders.GroupBy(o => o.CustomerId).Where(g => g.Any(o => o.Total > 600))
            .Select(g => g.Max(o => o.Id)));
        Try(s => from o in s.Orders group o by new { o.Kind, Big = o.Total > 300 } into g
                 where g.Count() > 2 orderby g.Key.Kind, g.Key.Big
                 select new { g.Key, N = g.Count(), Sum = g.Sum(x => x.Total) });
        Try(s => from c in s.Customers
                 join o in s.Orders on new { c.Id, Active = c.IsActive } equals new { Id = o.CustomerId, Active = true }
                 select new { c.Name, o.Total });
        Try(s => from c in s.Customers
                 let spent = s.Orders.Where(o => o.CustomerId == c.Id).Sum(o => o.Total)
                 where spent > 500 orderby spent descending
                 select new { c.Name, spent });
        Try(s => from c in s.Customers
                 select new
                 {
                     c.Id, Any = s.Orders.Any(o => o.CustomerId == c.Id), N = s.Lines.Count(l => l.OrderId == c.Id),
                     Max = s.Orders.Where(o => o.CustomerId == c.Id).Max(o => (decimal?)o.Total),
                 });
        Try(s => s.Orders.Where(o => s.Customers.First(c => c.Id == o.CustomerId || c.Id == 1).IsActive)
            .Select(o => o.Id));
        Try(s => s.Customers.Where(
            c => s.Orders.Where(o => o.CustomerId == c.Id).Select(o => o.Kind).Contains(OrderKind.Shop)));
        Try(s => s.Customers.Where(
            c => s.Orders.Count(o => o.CustomerId == c.Id) == s.Orders.Count(o => o.CustomerId == 1)));
        Try(s => s.Customers.Where(c => c.Score == s.Customers.Max(x => x.Score)));
        Try(s => s.Customers.OfType<Customer>().Select(c => c.Id));
        Try(s => s.Customers.Cast<Customer>().Select(c => c.Id));
        TryValue(s => s.Customers.Where(c => c.City == "Oslo").Select(c => c.Score).Average());
        TryValue(s => s.Customers.Max(c => c.Name));
        TryValue(s => s.Customers.MinBy(c => c.Score)!.Id);
        TryValue(s => s.Customers.OrderBy(c => c.Id).Last().Name);
        TryValue(s => s.Customers.OrderBy(c => c.Id).ElementAtOrDefault(100));
        TryValue(s => s.Customers.SingleOrDefault(c => c.Id == 1000));
        TryValue(s => s.Customers.Where(c => c.Id > 100).Sum(c => c.Score));
        TryValue(s => s.Customers.All(c => c.Name != ""));
        TryValue(s => s.Customers.Select(c => c.Id).Contains(3));
        TryValue(s => s.Orders.Sum(o => o.Total * (1 - (o.Discount ?? 0) / 100m)));
        TryValue(s => s.Orders.Max(o => o.Placed) - s.Orders.Min(o => o.Placed));
        TryValue(s => s.Customers.GroupBy(c => c.City).Max(g => g.Count()));
        TryValue(s => string.Join(",", s.Customers.OrderBy(c => c.Id).Select(c => c.Name)));
        Assert.True(_failures.Count == 0, string.Join("\n", _failures));
    }

    [Fact]
    public void Operators_without_a_counterpart_are_refused_with_their_text()
    {
        Shop s = shop.Embedded;
        Refused("TakeLast", () => s.Customers.OrderBy(c => c.Id).TakeLast(3).ToList());
        Refused("SkipLast", () => s.Customers.OrderBy(c => c.Id).SkipLast(3).ToList());
        Refused("2..5", () => s.Customers.OrderBy(c => c.Id).Take(2..5).ToList());
        Refused("DistinctBy", () => s.Customers.DistinctBy(c => c.IsActive).ToList());
        Refused("ExceptBy", () => s.Customers.ExceptBy(s.Orders.Select(o => o.CustomerId), c => c.Id).ToList());
        Refused("Zip", () => s.Customers.Zip(s.Orders, (c, o) => c.Id).ToList());
        Refused("DefaultIfEmpty", () => s.Customers.Where(c => c.Id == 1).DefaultIfEmpty().ToList());
        Refused("Index", () => s.Customers.Index().ToList());
        Refused("CountBy", () => s.Customers.CountBy(c => c.IsActive).ToList());
        Refused("AggregateBy", () => s.Customers.AggregateBy(c => c.IsActive, 0, (n, c) => n + c.Id).ToList());
        Refused("Chunk", () => s.Customers.Chunk(3).ToList());
        Refused("SequenceEqual", () => s.Customers.SequenceEqual(s.Customers));
        Refused("Kind.ToString", () => s.Orders.Select(o => o.Kind.ToString()).ToList());
    }

    private static void Refused(string words, Func<object?> run)
    {
        QueryException error = Assert.Throws<QueryException>(run);
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private void Try<T>(Func<Shop, IQueryable<T>> query) => Look(() => shop.Same(query));

    private void TryValue<T>(Func<Shop, T> query) => Look(() => shop.SameValue(query));

    private void Look(Action compare)
    {
        _number++;
        try
        {
            compare();
        }
        catch (Exception error)
        {
            _failures.Add($"{_number}: {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }
}
