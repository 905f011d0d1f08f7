using ColFrag.AssemblyFunctions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>CREATE FUNCTION … ASSEMBLY in an embedded database.</summary>
public sealed class AssemblyFunctionTests : IAsyncDisposable
{
    private const string Types = "ColFrag.AssemblyFunctions";
    private static readonly string s_file = typeof(Prices).Assembly.Location;

    private readonly MemoryFileSystem _files = new(tracksCrashes: false);
    private Database _database;
    private Connection _connection;

    public AssemblyFunctionTests()
    {
        _database = Open(allows: true);
        _connection = _database.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Methods_are_called_for_every_row()
    {
        await CreateAsync("slug(text text) RETURNS text IMMUTABLE", "Prices.Slug");
        await CreateAsync("with_tax(price numeric, country text) RETURNS numeric(12, 2) IMMUTABLE", "Prices.WithTax");
        await CreateAsync("or_nothing(text) RETURNS text IMMUTABLE", "Prices.OrNothing");
        Assert.Equal("big-red-bag", await ValueAsync("SELECT slug('Big Red Bag')"));
        Assert.Equal("NULL", await ValueAsync("SELECT slug('')"));
        Assert.Equal("NULL", await ValueAsync("SELECT slug(NULL)"));
        Assert.Equal("12.50", await ValueAsync("SELECT with_tax(10, 'NO')"));
        Assert.Equal("DECIMAL(12,2)", await ValueAsync("SELECT typeof(with_tax(10, 'NO'))"));
        Assert.Equal("nothing", await ValueAsync("SELECT or_nothing(NULL)"));
    }

    [Fact]
    public async Task Strict_functions_see_no_nulls()
    {
        await CreateAsync("or_null(text) RETURNS text IMMUTABLE STRICT", "Prices.OrNothing");
        Assert.Equal("NULL", await ValueAsync("SELECT or_null(NULL)"));
        Assert.Equal("x", await ValueAsync("SELECT or_null('x')"));
    }

    [Fact]
    public async Task Vectors_operators_and_aggregates_are_told_by_their_form()
    {
        await CreateAsync("square(double) RETURNS double IMMUTABLE", "Prices.Square");
        await CreateAsync("weigh(bigint, bigint) RETURNS bigint IMMUTABLE", "Prices.Weigh");
        await CreateAsync("halve(integer) RETURNS integer IMMUTABLE", "Halve");
        await CreateAsync("multiplied(bigint) RETURNS bigint", "Prices.Product");
        Assert.Equal("332833500", await ValueAsync(
            "SELECT sum(square(i::double))::bigint FROM range(1000) AS t(i)"));
        Assert.Equal("20", await ValueAsync("SELECT sum(weigh(i, 2)) FROM range(5) AS t(i)"));
        Assert.Equal("4", await ValueAsync("SELECT halve(9)"));
        Assert.Equal("NULL", await ValueAsync("SELECT square(NULL)"));
        Assert.Equal("120", await ValueAsync("SELECT multiplied(i) FROM range(1, 6) AS t(i)"));
        Assert.Equal("15, 8", await ValueAsync(
            "SELECT string_agg(p::text, ', ' ORDER BY p DESC) FROM (SELECT multiplied(i) AS p " +
            "FROM range(1, 6) AS t(i) GROUP BY i % 2)"));
        Assert.Equal("24", await ValueAsync(
            "SELECT max(p) FROM (SELECT multiplied(i) OVER (ORDER BY i) AS p FROM range(1, 5) AS t(i))"));
    }

    [Fact]
    public async Task Functions_of_one_name_differ_by_their_types_and_are_dropped_one_by_one()
    {
        await CreateAsync("twice(integer) RETURNS integer IMMUTABLE", "Prices.Twice");
        await CreateAsync("twice(text) RETURNS text IMMUTABLE", "Prices.Twice");
        Assert.Equal("42", await ValueAsync("SELECT twice(21)"));
        Assert.Equal("abab", await ValueAsync("SELECT twice('ab'::text)"));
        await FailsAsync(SqlStates.AmbiguousFunction, "DROP FUNCTION twice");
        await FailsAsync(SqlStates.UndefinedFunction, "DROP FUNCTION twice(date)");
        await _connection.RunAsync("DROP FUNCTION twice(integer)");
        Assert.Equal("2121", await ValueAsync("SELECT twice('21')"));
        await _connection.RunAsync("DROP FUNCTION twice");
        await FailsAsync(SqlStates.UndefinedFunction, "SELECT twice('21')");
        await FailsAsync(SqlStates.UndefinedFunction, "DROP FUNCTION twice");
        await _connection.RunAsync("DROP FUNCTION IF EXISTS twice");
    }

    [Fact]
    public async Task The_method_of_the_functions_name_needs_no_entry()
    {
        await _connection.RunAsync(
            $"CREATE FUNCTION with_tax(numeric, text) RETURNS numeric IMMUTABLE ASSEMBLY '{s_file}'");
        Assert.Equal("12.5000000000", await ValueAsync("SELECT with_tax(10, 'NO')"));
        await FailsAsync(
            SqlStates.UndefinedFunction,
            $"CREATE FUNCTION without_tax(numeric) RETURNS numeric ASSEMBLY '{s_file}'");
    }

    [Fact]
    public async Task A_schema_holds_functions_as_it_holds_tables()
    {
        await _connection.RunAsync("CREATE SCHEMA shop");
        await CreateAsync("shop.slug(text) RETURNS text IMMUTABLE", "Prices.Slug");
        Assert.Equal("a-b", await ValueAsync("SELECT shop.slug('A b')"));
        await FailsAsync(SqlStates.UndefinedFunction, "SELECT slug('A b')");
        await _connection.RunAsync("SET search_path = shop, public");
        Assert.Equal("a-b", await ValueAsync("SELECT slug('A b')"));
        await _connection.RunAsync("RESET search_path");
        await FailsAsync(SqlStates.DependentObjectsStillExist, "DROP SCHEMA shop");
        Assert.Equal("1", await ValueAsync("SELECT count(*) FROM pg_proc WHERE proname = 'shop.slug'"));
        await _connection.RunAsync("DROP SCHEMA shop CASCADE");
        Assert.Equal("0", await ValueAsync("SELECT count(*) FROM pg_proc WHERE proname = 'shop.slug'"));
    }

    [Fact]
    public async Task Functions_are_part_of_the_transaction_and_outlast_the_process()
    {
        await _connection.RunAsync("BEGIN");
        await CreateAsync("slug(text) RETURNS text IMMUTABLE", "Prices.Slug");
        Assert.Equal("a-b", await ValueAsync("SELECT slug('A b')"));
        await _connection.RunAsync("ROLLBACK");
        await FailsAsync(SqlStates.UndefinedFunction, "SELECT slug('A b')");
        await CreateAsync("slug(text) RETURNS text IMMUTABLE", "Prices.Slug");
        await ReopenAsync(allows: true);
        Assert.Equal("a-b", await ValueAsync("SELECT slug('A b')"));
        Assert.Single(_files.List(StorePaths.Assemblies));
        await _connection.RunAsync("DROP FUNCTION slug");
        await ReopenAsync(allows: true);
        Assert.Empty(_files.List(StorePaths.Assemblies));
    }

    [Fact]
    public async Task Nothing_of_an_assembly_runs_where_that_is_not_allowed()
    {
        await CreateAsync("slug(text) RETURNS text IMMUTABLE", "Prices.Slug");
        await ReopenAsync(allows: false);
        await FailsAsync(SqlStates.InsufficientPrivilege, "SELECT slug('A b')");
        QueryException error = await FailsAsync(
            SqlStates.InsufficientPrivilege, Statement("halve(integer) RETURNS integer", "Halve"));
        Assert.Contains("--allow-assemblies", error.Hint, StringComparison.Ordinal);
        // Everything else goes on.
        Assert.Equal("2", await ValueAsync("SELECT 1 + 1"));
        await _connection.RunAsync("DROP FUNCTION slug");
    }

    [Fact]
    public async Task A_replaced_function_is_the_new_one_and_a_changed_file_changes_nothing()
    {
        string copy = Path.Combine(Path.GetTempPath(), $"colfrag-functions-{Guid.NewGuid():N}.dll");
        try
        {
            File.Copy(s_file, copy);
            await _connection.RunAsync(
                $"CREATE FUNCTION f(integer) RETURNS integer ASSEMBLY '{copy}' ENTRY '{Types}.Prices.Twice'");
            // What stands behind the parts of an assembly means nothing, and the hash is another.
            File.AppendAllText(copy, "later");
            Assert.Equal("42", await ValueAsync("SELECT f(21)"));
            await FailsAsync(
                SqlStates.DuplicateFunction,
                $"CREATE FUNCTION f(integer) RETURNS integer ASSEMBLY '{copy}' ENTRY '{Types}.Halve'");
            await _connection.RunAsync(
                $"CREATE OR REPLACE FUNCTION f(integer) RETURNS integer ASSEMBLY '{copy}' ENTRY '{Types}.Halve'");
            Assert.Equal("10", await ValueAsync("SELECT f(21)"));
            Assert.Equal(2, _files.List(StorePaths.Assemblies).Count);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [Fact]
    public async Task Bytes_that_changed_under_the_database_are_not_run()
    {
        await CreateAsync("slug(text) RETURNS text IMMUTABLE", "Prices.Slug");
        string path = StorePaths.Assembly(_files.List(StorePaths.Assemblies)[0].Name);
        byte[] bytes = _files.ReadAll(path, int.MaxValue);
        bytes[^1] ^= 1;
        _files.DeleteFile(path);
        using (IAppendFile file = _files.Create(path, 0)) await file.AppendAsync(bytes);
        await ReopenAsync(allows: true);
        CorruptDataException error = await Assert.ThrowsAsync<CorruptDataException>(
            () => ValueAsync("SELECT slug('A b')"));
        Assert.Contains("hash of an assembly", error.Message, StringComparison.Ordinal);
        _files.DeleteFile(path);
        StorageException missing = await Assert.ThrowsAsync<StorageException>(() => ValueAsync("SELECT slug('A b')"));
        Assert.Equal(SqlStates.UndefinedFile, missing.SqlState);
        await _connection.RunAsync(Statement("slug(text) RETURNS text IMMUTABLE", "Prices.Slug", "OR REPLACE "));
        Assert.Equal("a-b", await ValueAsync("SELECT slug('A b')"));
    }

    [Theory]
    [InlineData("f(integer) RETURNS integer", "Prices.Missing", SqlStates.UndefinedFunction)]
    [InlineData("f(integer) RETURNS integer", "Nowhere.Twice", SqlStates.UndefinedFunction)]
    [InlineData("f(date) RETURNS integer", "Prices.Twice", SqlStates.InvalidFunctionDefinition)]
    [InlineData("f(integer) RETURNS text", "Prices.Twice", SqlStates.InvalidFunctionDefinition)]
    [InlineData("f(integer, integer) RETURNS integer", "Prices.Twice", SqlStates.InvalidFunctionDefinition)]
    [InlineData("f(integer) RETURNS text", "Prices.Release", SqlStates.InvalidFunctionDefinition)]
    [InlineData("f(integer) RETURNS integer", "Weight", SqlStates.InvalidFunctionDefinition)]
    [InlineData("f(integer DEFAULT 1) RETURNS integer", "Prices.Twice", SqlStates.FeatureNotSupported)]
    [InlineData("f(integer) RETURNS SETOF integer", "Prices.Twice", SqlStates.FeatureNotSupported)]
    [InlineData("abs(integer) RETURNS integer", "Prices.Twice", SqlStates.DuplicateFunction)]
    [InlineData("f(nosuch) RETURNS integer", "Prices.Twice", SqlStates.UndefinedObject)]
    public async Task What_cannot_be_called_is_refused_with_its_place(string declaration, string entry, string state)
    {
        QueryException error = await FailsAsync(state, Statement(declaration, entry));
        Assert.True(error.Position >= 0, "The error has no place in the text.");
    }

    [Fact]
    public async Task A_file_that_is_no_assembly_is_refused()
    {
        string text = Path.Combine(Path.GetTempPath(), $"colfrag-text-{Guid.NewGuid():N}.dll");
        try
        {
            File.WriteAllText(text, "not an assembly");
            await FailsAsync(
                SqlStates.InvalidFunctionDefinition,
                $"CREATE FUNCTION f(integer) RETURNS integer ASSEMBLY '{text}' ENTRY 'A.B'");
        }
        finally
        {
            File.Delete(text);
        }
        StorageException missing = await Assert.ThrowsAsync<StorageException>(() => _connection.RunAsync(
            $"CREATE FUNCTION f(integer) RETURNS integer ASSEMBLY '{text}' ENTRY 'A.B'"));
        Assert.Equal(SqlStates.UndefinedFile, missing.SqlState);
    }

    [Fact]
    public async Task A_name_belongs_to_one_kind_of_function()
    {
        await _connection.RunAsync("CREATE MACRO tripled(x) AS x * 3");
        await FailsAsync(SqlStates.DuplicateFunction, Statement("tripled(integer) RETURNS integer", "Prices.Twice"));
        await CreateAsync("twice(integer) RETURNS integer", "Prices.Twice");
        await FailsAsync(
            SqlStates.DuplicateFunction,
            "CREATE FUNCTION twice(x text) RETURNS text LANGUAGE SQL AS 'SELECT x || x'");
        await FailsAsync(SqlStates.DuplicateFunction, Statement("twice(bigint) RETURNS bigint", "Prices.Product"));
    }

    [Fact]
    public async Task What_code_throws_is_38000_with_the_row()
    {
        await CreateAsync("only_positive(integer) RETURNS integer", "Prices.OnlyPositive");
        QueryException error = await FailsAsync(
            SqlStates.ExternalRoutineException, "SELECT only_positive(i) FROM (VALUES (1), (-7)) AS t(i)");
        Assert.Contains("(-7)", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_has_the_assemblies_and_verification_reads_them()
    {
        await CreateAsync("slug(text) RETURNS text IMMUTABLE", "Prices.Slug");
        MemoryFileSystem copy = new(tracksCrashes: false);
        await _database.Store.BackUpAsync(copy);
        Assert.Single(copy.List(StorePaths.Assemblies));
        FolderVerification verification = new(copy, Engine.Memory.MemoryBroker.Unlimited);
        Assert.Empty(verification.Run().Damages);
        string path = StorePaths.Assembly(copy.List(StorePaths.Assemblies)[0].Name);
        copy.DeleteFile(path);
        using (IAppendFile file = copy.Create(path, 0)) await file.AppendAsync(new byte[10]);
        Assert.Equal(path, Assert.Single(verification.Run().Damages).File);
    }

    private static string Statement(string declaration, string entry, string mode = "") =>
        $"CREATE {mode}FUNCTION {declaration} ASSEMBLY '{s_file}' ENTRY '{Types}.{entry}'";

    private Task CreateAsync(string declaration, string entry) =>
        _connection.RunAsync(Statement(declaration, entry));

    private async Task<string> ValueAsync(string sql) => (await _connection.QueryAsync(sql))[0][0].ToString();

    private async Task<QueryException> FailsAsync(string state, string sql)
    {
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => _connection.RunAsync(sql));
        Assert.Equal(state, error.SqlState);
        return error;
    }

    private Database Open(bool allows) => Database.OpenAsync(
        _files, "memory", new DatabaseOptions { AllowsAssemblies = allows }).GetAwaiter().GetResult();

    private async Task ReopenAsync(bool allows)
    {
        _connection.Dispose();
        await _database.DisposeAsync();
        _database = Open(allows);
        _connection = _database.Connect();
    }
}
