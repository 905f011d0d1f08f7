namespace ColFrag.Engine.Tests.Linq;

/// <summary>Filters, selections, order, cuts and set operations, compared with LINQ to Objects.</summary>
public sealed class LinqOperatorTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public void Whole_rows_come_back() => shop.Same(s => s.Customers);

    [Fact]
    public void Rows_that_properties_make_come_back() => shop.Same(s => s.Lines);

    [Fact]
    public void Filters_with_captured_values()
    {
        int least = 4;
        string[] names = ["Ada", "Eve", "Nobody"];
        List<int?> discounts = [1, null];
        shop.Same(s => s.Customers.Where(c => c.Id > least));
        shop.Same(s => s.Customers.Where(c => c.Id > least && c.IsActive || c.Name == "Bob"));
        shop.Same(s => s.Customers.Where(c => names.Contains(c.Name)));
        shop.Same(s => s.Customers.Where(c => !names.Contains(c.Name)));
        shop.Same(s => s.Orders.Where(o => discounts.Contains(o.Discount)));
        shop.Same(s => s.Orders.Where(o => !discounts.Contains(o.Discount)));
        shop.Same(s => s.Orders.Where(o => Array.Empty<long>().Contains(o.Id)));
        shop.Same(s => s.Orders.Where(o => o.Kind == OrderKind.Phone));
        shop.Same(s => s.Orders.Where(o => o.Total >= 100.5m && o.Placed < new DateTime(2024, 3, 1)));
        shop.Same(s => s.Customers.Where(c => c.Since >= new DateOnly(2020, 1, 1)));
    }

    [Fact]
    public void A_query_sees_the_variables_of_the_moment_it_runs()
    {
        int least = 1;
        IQueryable<Customer> query = shop.Embedded.Customers.Where(c => c.Id >= least);
        Assert.Equal(12, query.Count());
        least = 11;
        Assert.Equal(2, query.Count());
    }

    [Fact]
    public void Null_compares_as_in_csharp()
    {
        string? nothing = null;
        int? one = 1;
        shop.Same(s => s.Customers.Where(c => c.City == null));
        shop.Same(s => s.Customers.Where(c => c.City != null));
        shop.Same(s => s.Customers.Where(c => c.City == nothing));
        shop.Same(s => s.Customers.Where(c => c.City != "Oslo"));
        shop.Same(s => s.Customers.Where(c => !(c.City == "Oslo")));
        shop.Same(s => s.Customers.Where(c => !(c.Score > 1)));
        shop.Same(s => s.Customers.Where(c => c.Score > 1 || !(c.Score > 0)));
        shop.Same(s => s.Orders.Where(o => o.Discount == one));
        shop.Same(s => s.Orders.Where(o => o.Discount != one));
        shop.Same(s => s.Orders.Where(o => o.Discount.HasValue && o.Discount.Value == 2));
        shop.Same(s => s.Orders.Where(o => !o.Discount.HasValue));
        shop.Same(s => s.Orders.Select(o => new { o.Id, Big = o.Discount > 1, Same = o.Discount == 2 }));
        shop.Same(s => s.Orders.Select(o => o.Discount ?? -1));
        shop.Same(s => s.Orders.Select(o => o.Discount.GetValueOrDefault()));
    }

    [Fact]
    public void Selections_of_all_kinds()
    {
        shop.Same(s => s.Customers.Select(c => c.Name));
        shop.Same(s => s.Customers.Select(c => new { c.Id, Label = c.Name + "/" + c.City }));
        shop.Same(s => s.Customers.Select(c => new Customer(c.Id, c.Name, null, c.Since, true, 1.5)));
        shop.Same(s => s.Lines.Select(l => new Line { OrderId = l.OrderId, Product = "x", Quantity = 2 * l.Quantity }));
        shop.Same(s => s.Customers.Select(c => new { Inner = new { c.Id, c.Name }, c.City }).Select(x => x.Inner.Name));
        shop.Same(s => s.Customers.Select(c => ValueTuple.Create(c.Id, c.City)));
        shop.Same(s => s.Customers.Select(c => c.IsActive ? c.Name : "gone"));
        shop.Same(s => s.Orders.Select(o => o.Kind));
        shop.Same(s => s.Customers.Select(c => 1));
        shop.Same(s => s.Customers.Select(c => new { c.Id, None = (string?)null }));
    }

    [Fact]
    public void Order_puts_null_first_and_is_stable_through_cuts()
    {
        shop.Same(s => s.Customers.OrderBy(c => c.Score).ThenBy(c => c.Id), isOrdered: true);
        shop.Same(s => s.Customers.OrderByDescending(c => c.Score).ThenByDescending(c => c.Id), isOrdered: true);
        shop.Same(s => s.Orders.OrderBy(o => o.Discount).ThenBy(o => o.Total).Select(o => o.Id), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Skip(3).Take(4), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Take(6).Skip(4), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Take(9).Take(4).Where(c => c.Id > 2), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Take(5).OrderByDescending(c => c.Id), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Take(5).Reverse(), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Skip(2).Skip(3).Select(c => c.Id), isOrdered: true);
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Take(-1));
        shop.Same(s => s.Orders.Select(o => o.Id).OrderDescending().Take(3), isOrdered: true);
        shop.Same(
            s => s.Customers.OrderByDescending(c => c.Id).Take(5).Select(c => c.Id).Where(id => id != 9),
            isOrdered: true);
    }

    [Fact]
    public void Distinct_and_sets()
    {
        shop.Same(s => s.Customers.Select(c => c.City).Distinct());
        shop.Same(s => s.Customers.Select(c => c.Name).Distinct().OrderBy(n => n), isOrdered: false);
        shop.Same(s => s.Customers.Select(c => c.City).Distinct().Where(c => c != "Rome"));
        shop.Same(s => s.Orders.Select(o => new { o.Kind, o.Discount }).Distinct());
        shop.Same(s => s.Customers.Select(c => c.Id).Concat(s.Orders.Select(o => o.CustomerId)));
        shop.Same(s => s.Customers.Select(c => c.Id).Union(s.Orders.Select(o => o.CustomerId)));
        shop.Same(s => s.Customers.Select(c => c.Id).Intersect(s.Orders.Select(o => o.CustomerId)));
        shop.Same(s => s.Customers.Select(c => c.Id).Except(s.Orders.Select(o => o.CustomerId)));
        shop.Same(s => s.Customers.Where(c => c.Id < 3).Union(s.Customers.Where(c => c.Id > 10)).Select(c => c.Name));
        shop.Same(s => s.Customers.OrderBy(c => c.Id).Take(2).Concat(s.Customers.OrderByDescending(c => c.Id).Take(2)));
        shop.Same(s => s.Customers.Select(c => c.City).Union(new[] { "Paris", null, "Oslo" }));
    }

    [Fact]
    public void Texts()
    {
        shop.Same(s => s.Customers.Where(c => c.Name.Contains('a')));
        shop.Same(s => s.Customers.Where(c => c.City != null && c.City.StartsWith("Os")));
        shop.Same(s => s.Customers.Where(c => c.City != null && !c.City.EndsWith('o')));
        shop.Same(s => s.Customers.Where(c => string.IsNullOrEmpty(c.City)));
        shop.Same(s => s.Customers.Where(c => string.Equals(c.City, "OSLO", StringComparison.OrdinalIgnoreCase)));
        shop.Same(s => s.Customers.Select(c => c.Name.ToUpper() + c.Name.ToLowerInvariant() + c.Name.Trim()));
        shop.Same(s => s.Customers.Select(c => c.Name.Substring(1)));
        shop.Same(s => s.Customers.Select(c => c.Name.Substring(0, 2)));
        shop.Same(s => s.Customers.Select(c => new { L = c.Name.Length, I = c.Name.IndexOf('a') }));
        shop.Same(s => s.Customers.Select(c => c.Name.Replace("a", "xy").PadLeft(6, '.').PadRight(9)));
        shop.Same(s => s.Customers.Where(c => c.Name[0] == 'A'));
        shop.Same(s => s.Customers.Where(c => c.Name.CompareTo("Cleo") < 0));
        shop.Same(s => s.Customers.Select(c => string.Concat(c.Id.ToString(), "-", c.City)));
        shop.Same(s => s.Customers.Select(c => $"{c.Name}:{c.Id}"));
    }

    [Fact]
    public void Numbers()
    {
        shop.Same(s => s.Lines.Select(l => new
        {
            A = l.Quantity / 2, B = l.Quantity % 3, C = -l.Quantity, D = l.Quantity * 2L,
        }));
        shop.Same(s => s.Lines.Select(l => l.Price * l.Quantity));
        shop.Same(s => s.Orders.Select(o => Math.Abs(o.Total)));
        shop.Same(s => s.Lines.Select(l => (double)l.Quantity / 4));
        shop.Same(s => s.Customers.Where(c => c.Score != null).Select(c => (int)c.Score!.Value));
        shop.Same(s => s.Lines.Select(l => Math.Max(l.Quantity, 3) + Math.Min(l.Quantity, 5)));
        shop.Same(s => s.Lines.Select(
            l => Math.Sqrt(l.Quantity) + Math.Pow(l.Quantity, 2) + Math.Floor(l.Quantity / 2.0)));
        shop.Same(s => s.Orders.Select(o => Math.Round(o.Total, 1, MidpointRounding.AwayFromZero)));
        shop.Same(s => s.Lines.Select(l => (l.Quantity & 3) | (l.Quantity << 2) ^ 1));
        shop.Same(s => s.Orders.Select(o => o.Discount + 1));
    }

    [Fact]
    public void Dates_and_times()
    {
        shop.Same(s => s.Orders.Select(o => new
        {
            o.Placed.Year, o.Placed.Month, o.Placed.Day, o.Placed.Hour, o.Placed.Minute, o.Placed.Second,
            o.Placed.DayOfYear, o.Placed.Date,
        }));
        shop.Same(s => s.Orders.Where(o => o.Placed.DayOfWeek == DayOfWeek.Monday).Select(o => o.Id));
        shop.Same(s => s.Orders.Select(o => o.Placed.AddDays(1.5).AddMonths(1).AddYears(-1).AddHours(2)));
        shop.Same(s => s.Customers.Select(c => new { c.Since.Year, Next = c.Since.AddDays(3).AddMonths(2) }));
        shop.Same(s => s.Orders.Select(o => DateOnly.FromDateTime(o.Placed)));
        shop.Same(s => s.Orders.Select(o => (o.Placed - new DateTime(2024, 1, 1)).TotalHours));
        shop.Same(s => s.Customers.Select(c => c.Since.DayNumber));
    }
}
