using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>A function of an assembly as the catalog keeps it.</summary>
/// <param name="Statement">The statement that made it, with ENTRY.</param>
/// <param name="Hash">SHA-256 of the assembly's bytes, in hex.</param>
/// <param name="IsAggregate">True for an aggregate.</param>
internal sealed record StoredFunction(CreateFunctionStatement Statement, string Hash, bool IsAggregate)
{
    /// <summary>The declared types of its parameters.</summary>
    public LogicalType[] ParameterTypes(IBinderCatalog catalog)
    {
        BindingContext context = new(catalog, SessionInfo.Default);
        return [.. Statement.Parameters.Select(p => TypeBinder.Bind(p.Type!, context))];
    }

    /// <summary>What calls under a name are bound to.</summary>
    public AssemblyOverload ToOverload(string name, string alias, IBinderCatalog catalog)
    {
        BindingContext context = new(catalog, SessionInfo.Default);
        bool isScaled = Statement.ReturnType is SimpleTypeName { Modifiers.IsEmpty: false };
        FunctionInfo info = new(name, $"{Statement.Entry} of {Statement.Assembly}.")
        {
            Aliases = alias == name ? [] : [alias],
            Entry = new AssemblyEntry(Hash, Statement.Entry!, Statement.IsStrict == true)
            {
                Declared = isScaled ? TypeBinder.Bind(Statement.ReturnType!, context) : null,
            },
            Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull | Statement.Volatility switch
            {
                _ when IsAggregate => FunctionFlags.None,
                Volatility.Immutable => FunctionFlags.None,
                Volatility.Stable => FunctionFlags.Stable,
                _ => FunctionFlags.Volatile,
            },
        };
        return new AssemblyOverload(info, ParameterTypes(catalog), IsAggregate);
    }
}

/// <summary>
/// The functions of assemblies in the catalog: an object for each name, with all that have it.
/// <code>
///   bytes       field
///   4           number of functions
///   1           1 for an aggregate
///   4 + n       text of the statement that made it, length first
///   64          hash of the assembly, in hex
/// </code>
/// </summary>
internal static class FunctionObjects
{
    private const int MaxFunctions = 1024;

    public static byte[] Write(IReadOnlyList<StoredFunction> functions)
    {
        using ByteWriter target = new();
        target.WriteInt32(functions.Count);
        foreach (StoredFunction function in functions)
        {
            target.WriteByte(function.IsAggregate ? (byte)1 : (byte)0);
            byte[] sql = Encoding.UTF8.GetBytes(SqlWriter.Write(function.Statement));
            target.WriteInt32(sql.Length);
            target.WriteBytes(sql);
            target.WriteBytes(Encoding.ASCII.GetBytes(function.Hash));
        }
        return target.ToArray();
    }

    public static StoredFunction[] Read(ObjectRecord record)
    {
        ByteReader source = new(record.Body.Span, "catalog function");
        StoredFunction[] functions = new StoredFunction[source.ReadCount(MaxFunctions)];
        for (int i = 0; i < functions.Length; i++)
        {
            bool isAggregate = source.ReadByte() == 1;
            string sql = Encoding.UTF8.GetString(source.ReadBytes(source.ReadCount(source.Remaining)));
            string hash = Encoding.ASCII.GetString(source.ReadBytes(AssemblyEntry.HashLength));
            source.ThrowUnless(AssemblyEntry.IsHash(hash), "hash of an assembly");
            functions[i] = new StoredFunction(
                (CreateFunctionStatement)Parser.ParseStatement(sql), hash, isAggregate);
        }
        source.ExpectEnd();
        return functions;
    }

    /// <summary>
    /// All functions of a statement: those of the catalog, by their names where the search path leads to them and
    /// always with their schemas, on top of the others.
    /// </summary>
    public static FunctionRegistry Over(
        FunctionRegistry others, CatalogSnapshot catalog, SessionCatalog names, AssemblyLibrary library)
    {
        (string Schema, string Name, NameRecord Record)[] found =
            [.. catalog.Names(NameSpace.Function).Where(n => n.Record.Kind == ObjectKind.Function)];
        if (found.Length == 0) return others;
        List<AssemblyOverload> overloads = [];
        HashSet<string> taken = [];
        foreach ((string schema, string name, NameRecord record) in found.OrderBy(f => PlaceOf(f.Schema)))
        {
            string plain = name.ToLowerInvariant();
            string qualified = $"{schema.ToLowerInvariant()}.{plain}";
            string called = PlaceOf(schema) < int.MaxValue && taken.Add(plain) ? plain : qualified;
            overloads.AddRange(
                Read(catalog.GetObject(record.Id)).Select(f => f.ToOverload(called, qualified, names)));
        }
        return new FunctionRegistry(
            overloads.Where(o => !o.IsAggregate).Select(o => o.ToScalar(library)),
            overloads.Where(o => o.IsAggregate).Select(o => o.ToAggregate(library)), others);

        int PlaceOf(string schema)
        {
            for (int i = 0; i < names.LookupPath.Count; i++)
            {
                if (names.LookupPath[i] == schema) return i;
            }
            return int.MaxValue;
        }
    }

    /// <summary>Deletes assemblies that no function names any more; called while nobody can make one.</summary>
    public static void Sweep(SessionHost host, IFileSystem files)
    {
        CatalogSnapshot catalog = host.Tables.Follower.Newest;
        HashSet<string> named =
        [
            .. catalog.Names(NameSpace.Function).Where(n => n.Record.Kind == ObjectKind.Function)
                .SelectMany(n => Read(catalog.GetObject(n.Record.Id))).Select(f => f.Hash),
        ];
        foreach (FileEntry entry in files.List(StorePaths.Assemblies))
        {
            if (!entry.IsFolder && !named.Contains(entry.Name)) files.DeleteFile(StorePaths.Assembly(entry.Name));
        }
    }
}
