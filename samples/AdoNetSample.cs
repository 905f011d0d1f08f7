using System.Data;
using System.Data.Common;
using ColFrag.Data;

namespace ColFrag.Samples;

/// <summary>The ADO.NET provider.</summary>
internal static class AdoNetSample
{
    public static async Task RunAsync(TextWriter output)
    {
        // A folder or :memory: in this process; Host=a,b;Port=7432 for servers.
        await using ColFragDataSource source = ColFragDataSource.Create("Data Source=:memory:");
        await using ColFragConnection connection = (ColFragConnection)await source.OpenConnectionAsync();
        await using (DbCommand create = connection.CreateCommand())
        {
            create.CommandText = "CREATE TABLE sales (id INTEGER, city VARCHAR, sold DATE, amount DECIMAL(10, 2))";
            await create.ExecuteNonQueryAsync();
        }

        // Parameters: @x, :x, $x, $1 or ?; they are values, never text.
        await using (ColFragCommand insert = new("INSERT INTO sales VALUES (@id, @city, @sold, @amount)", connection))
        {
            insert.Parameters.Add(new ColFragParameter { ParameterName = "id", Value = 1 });
            insert.Parameters.Add(new ColFragParameter { ParameterName = "city", Value = "Oslo" });
            insert.Parameters.Add(new ColFragParameter { ParameterName = "sold", Value = new DateOnly(2026, 1, 31) });
            insert.Parameters.Add(new ColFragParameter { ParameterName = "amount", Value = 12.5m });
            await output.WriteLineAsync($"{await insert.ExecuteNonQueryAsync()} row");
        }

        // Many rows in one commit, from a DataTable, a reader or objects.
        using DataTable rows = new();
        rows.Columns.Add("id", typeof(int));
        rows.Columns.Add("city", typeof(string));
        rows.Rows.Add(2, "Rome");
        rows.Rows.Add(3, DBNull.Value);
        ColFragBulkCopy copy = new(connection) { DestinationTableName = "sales" };
        await output.WriteLineAsync($"{await copy.WriteToServerAsync(rows)} rows more");

        // A reader streams; memory is bounded whatever the size of the result.
        await using (ColFragCommand query = new("SELECT id, city, amount FROM sales ORDER BY id", connection))
        await using (DbDataReader reader = await query.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                string city = reader.IsDBNull(1) ? "nowhere" : reader.GetString(1);
                await output.WriteLineAsync($"{reader.GetInt32(0)} {city}");
            }
        }

        // LINQ on the same connection.
        var cities = connection.Table<Sale>("sales").Where(s => s.City != null).OrderBy(s => s.Id).Select(s => s.City);
        await output.WriteLineAsync(string.Join(", ", cities));

        // A batch is one round trip.
        await using (DbBatch batch = connection.CreateBatch())
        {
            foreach (string sql in new[] { "SELECT count(*) FROM sales", "SELECT max(id) FROM sales" })
            {
                DbBatchCommand command = batch.CreateBatchCommand();
                command.CommandText = sql;
                batch.BatchCommands.Add(command);
            }
            await using DbDataReader results = await batch.ExecuteReaderAsync();
            do
            {
                while (await results.ReadAsync()) await output.WriteLineAsync($"{results.GetValue(0)}");
            }
            while (await results.NextResultAsync());
        }
    }

    private sealed record Sale(int Id, string? City);
}
