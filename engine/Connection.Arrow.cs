using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Formats.Arrow.CData;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>Rows of other libraries of this process, by Arrow's C data interface.</summary>
public sealed partial class Connection
{
    /// <summary>
    /// Gives the rows of a stream a name, as if it were a table of this connection. They can be read by one statement;
    /// what lies as ColFrag has it is not copied. The connection takes the stream over, also where this fails, and
    /// releases it when its rows were read, the name is dropped or the connection closed.
    /// </summary>
    /// <param name="name">The name; a table of that name is hidden.</param>
    /// <param name="stream">The address of a filled in <c>ArrowArrayStream</c>.</param>
    /// <exception cref="QueryException">0A000: a column has a type that cannot be read. 38000: the stream
    /// failed.</exception>
    /// <example><code>
    /// connection.ImportArrowStream("trips", (nint)stream);
    /// await connection.RunAsync("INSERT INTO archive SELECT * FROM trips WHERE fare > 0");
    /// </code></example>
    public unsafe void ImportArrowStream(string name, nint stream)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _session.Imports.Add(name, new ImportedSource(new ImportedStream((CArrowStream*)stream)));
    }

    /// <summary>
    /// Gives the rows of an array, a struct of columns, a name, as if it were a table of this connection, which any
    /// number of statements can read. The connection takes both structures over, also where this fails.
    /// </summary>
    /// <param name="name">The name; a table of that name is hidden.</param>
    /// <param name="schema">The address of a filled in <c>ArrowSchema</c>; released before this returns.</param>
    /// <param name="array">The address of a filled in <c>ArrowArray</c>.</param>
    /// <exception cref="QueryException">0A000: a column has a type that cannot be read.</exception>
    public unsafe void ImportArrowArray(string name, nint schema, nint array)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        CArrowSchema* type = (CArrowSchema*)schema;
        CArrowArray* rows = (CArrowArray*)array;
        try
        {
            ArrowField[] columns = SchemaImport.Read(type);
            _session.Imports.Add(name, new ImportedSource(columns, ArrayImport.Take(rows, columns)));
        }
        finally
        {
            if (type is not null && type->Release is not null) type->Release(type);
            if (rows is not null && rows->Release is not null) rows->Release(rows);
        }
    }

    /// <summary>Lets imported rows go; false where there are none of that name.</summary>
    public bool DropArrow(string name) => _session.Imports.Remove(name);

    /// <summary>
    /// Adds the rows of a stream to a table, in one commit: columns by name, or by place where a name is not the
    /// table's. The stream is released in any case.
    /// </summary>
    /// <param name="table">The table, with its schema if need be.</param>
    /// <param name="stream">The address of a filled in <c>ArrowArrayStream</c>.</param>
    /// <param name="cancellationToken">Stops the load; no row is added then.</param>
    /// <returns>How many there were.</returns>
    public async Task<long> CopyFromArrowAsync(
        string table, nint stream, CancellationToken cancellationToken = default)
    {
        await Time.NoContext.Enter;
        string name = $"arrow {Guid.NewGuid():N}";
        ImportArrowStream(name, stream);
        try
        {
            QualifiedName target = Parser.ParseQualifiedName(table);
            Schema columns = await SessionLoads.SchemaOfAsync(this, target, cancellationToken);
            string[] names = [.. _session.Imports.Find(name)!.Schema.Fields.Select(f => f.Name)];
            string list = names.All(n => columns.IndexOf(n) >= 0)
                ? $" ({string.Join(", ", names.Select(n => SqlNames.Quote(columns[columns.IndexOf(n)].Name)))})"
                : "";
            return await RunAsync(
                $"INSERT INTO {target}{list} SELECT * FROM {SqlNames.Quote(name)}", null, cancellationToken);
        }
        finally
        {
            DropArrow(name);
        }
    }
}
