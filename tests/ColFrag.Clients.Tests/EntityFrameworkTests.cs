using System.ComponentModel.DataAnnotations.Schema;
using ColFrag.Clients.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ColFrag.Clients.Tests;

/// <summary>
/// Entity Framework Core with Npgsql's provider: what it prints with PostgreSQL is what it must print with our server.
/// </summary>
[Trait("Budget", "clients")]
public sealed class EntityFrameworkTests
{
    private const string Tables =
        """
        CREATE TABLE authors (id integer PRIMARY KEY, name varchar NOT NULL, born date);
        CREATE TABLE books (id integer PRIMARY KEY, author_id integer NOT NULL, title varchar NOT NULL,
            price numeric(10, 2) NOT NULL, sold timestamp, is_new boolean NOT NULL, rating double precision);
        """;

    [JudgedFact(Judge.PostgresServer)]
    public async Task Queries_and_changes_are_those_with_PostgreSQL()
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        await using TestServer server = await TestServer.StartAsync();
        string expected = await RunAsync(
            $"Host=127.0.0.1;Port={peer.Port};Username={ReferencePostgres.User};Database={ReferencePostgres.User}");
        Assert.Contains("saved 7", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await RunAsync(server.NpgsqlText));
    }

    private static async Task<string> RunAsync(string connection)
    {
        DbContextOptions options = new DbContextOptionsBuilder().UseNpgsql(connection).Options;
        await using Library library = new(options);
        foreach (string table in Tables.Split(';', StringSplitOptions.TrimEntries)[..^1])
            await library.Database.ExecuteSqlRawAsync(table);
        StringWriter output = new() { NewLine = "\n" };
        library.AddRange(
            new Author { Id = 1, Name = "Ada", Born = new DateOnly(1815, 12, 10) },
            new Author { Id = 2, Name = "Bob" });
        for (int i = 1; i <= 5; i++)
        {
            library.Add(new Book
            {
                Id = i, AuthorId = (i % 2) + 1, Title = $"Volume {i}", Price = i * 9.5m, IsNew = i > 3,
                Sold = i == 2 ? null : new DateTime(2026, 1, i), Rating = i == 4 ? null : i * 0.75,
            });
        }
        output.WriteLine($"saved {await library.SaveChangesAsync()}");

        Book second = await library.Books.SingleAsync(b => b.Id == 2);
        second.Price = 1;
        library.Remove(await library.Books.SingleAsync(b => b.Id == 5));
        output.WriteLine($"changed {await library.SaveChangesAsync()}");

        string part = "olum";
        int[] ids = [1, 2, 4];
        DateTime since = new(2026, 1, 2);
        await PrintAsync(output, library.Books.Where(b => b.Title.Contains(part) && ids.Contains(b.Id))
            .OrderBy(b => b.Id).Select(b => b.Title));
        await PrintAsync(output, library.Books.Where(b => b.Sold > since || b.Rating == null).OrderBy(b => b.Id)
            .Select(b => new { b.Id, b.Sold, b.Rating }));
        await PrintAsync(output, library.Books.Join(
            library.Authors, b => b.AuthorId, a => a.Id, (b, a) => new { a.Name, b.Title }).OrderBy(x => x.Title));
        await PrintAsync(output, library.Books.GroupBy(b => b.AuthorId).OrderBy(g => g.Key).Select(g => new
        {
            g.Key, Count = g.Count(), Sum = g.Sum(b => b.Price), Best = g.Max(b => b.Rating),
        }));
        await PrintAsync(output, library.Authors.OrderBy(a => a.Id).Select(a => new
        {
            a.Name, Books = library.Books.Count(b => b.AuthorId == a.Id),
            First = library.Books.Where(b => b.AuthorId == a.Id).OrderBy(b => b.Id).Select(b => b.Title).First(),
        }));
        await PrintAsync(output, library.Books.OrderByDescending(b => b.Price).ThenBy(b => b.Id).Skip(1).Take(2)
            .Select(b => b.Id));
        await PrintAsync(output, library.Books.Select(b => b.IsNew).Distinct().OrderBy(b => b));
        await PrintAsync(output, library.Authors.Where(a => a.Born!.Value.Year == 1815).Select(a => a.Name.ToUpper()));
        output.WriteLine(await library.Books.AnyAsync(b => b.Price > 1000));
        output.WriteLine(await library.Books.AverageAsync(b => b.Id));
        output.WriteLine(await library.Books.Where(b => b.IsNew).ExecuteUpdateAsync(
            s => s.SetProperty(b => b.Price, b => b.Price + 1)));
        output.WriteLine(await library.Books.Where(b => b.Id == 1).ExecuteDeleteAsync());

        await using (var transaction = await library.Database.BeginTransactionAsync())
        {
            library.Add(new Author { Id = 3, Name = "Cleo" });
            await library.SaveChangesAsync();
            await transaction.RollbackAsync();
        }
        output.WriteLine(await library.Authors.CountAsync());
        library.ChangeTracker.Clear();
        library.Add(new Author { Id = 1, Name = "again" });
        DbUpdateException error =
            await Assert.ThrowsAsync<DbUpdateException>(() => library.SaveChangesAsync());
        output.WriteLine(((System.Data.Common.DbException)error.InnerException!).SqlState);
        return output.ToString();
    }

    private static async Task PrintAsync<T>(TextWriter output, IQueryable<T> query)
    {
        foreach (T row in await query.ToListAsync()) output.WriteLine(row);
    }

    [Table("authors")]
    private sealed class Author
    {
        [Column("id"), DatabaseGenerated(DatabaseGeneratedOption.None)]
        public int Id { get; set; }

        [Column("name")]
        public required string Name { get; set; }

        [Column("born")]
        public DateOnly? Born { get; set; }
    }

    [Table("books")]
    private sealed class Book
    {
        [Column("id"), DatabaseGenerated(DatabaseGeneratedOption.None)]
        public int Id { get; set; }

        [Column("author_id")]
        public int AuthorId { get; set; }

        [Column("title")]
        public required string Title { get; set; }

        [Column("price", TypeName = "numeric(10,2)")]
        public decimal Price { get; set; }

        [Column("sold", TypeName = "timestamp")]
        public DateTime? Sold { get; set; }

        [Column("is_new")]
        public bool IsNew { get; set; }

        [Column("rating")]
        public double? Rating { get; set; }
    }

    private sealed class Library(DbContextOptions options) : DbContext(options)
    {
        public DbSet<Author> Authors => Set<Author>();

        public DbSet<Book> Books => Set<Book>();
    }
}
