using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// CREATE and DROP FUNCTION … ASSEMBLY: the file's bytes are kept beside the tables under their hash, the catalog has
/// the hash and the method, and workers fetch the bytes when a plan first calls it. Later changes of the file change
/// nothing until the function is replaced.
/// </summary>
internal sealed class AssemblyFunctions(Session session, StatementScope scope)
{
    private const string Created = "CREATE FUNCTION";

    private AssemblyLibrary Library => session.Host.Assemblies;

    /// <summary>Makes a function, or another one of a name whose functions take other types.</summary>
    public async ValueTask<QueryResult> CreateAsync(
        CreateFunctionStatement function, string schema, string name, NameRecord? record,
        CancellationToken cancellationToken)
    {
        try
        {
            Library.RequireAllowed();
            RequireSimple(function);
            RequireFree(name, record);
            StoredFunction[] old = record is { } there
                ? FunctionObjects.Read(scope.Transaction.Catalog.GetObject(there.Id)) : [];
            LogicalType[] types = TypesOf(function);
            bool isThere = Array.Exists(old, f => IsSame(f, types));
            if (isThere && function.Mode == CreateMode.IfNotExists)
            {
                session.AddNotice($"Function \"{name}\" already exists with same argument types, skipping.");
                return new OutcomeResult(Created, notices: session.TakeNotices());
            }
            if (isThere && function.Mode != CreateMode.OrReplace)
            {
                throw new QueryException(
                    SqlStates.DuplicateFunction, $"Function \"{name}\" already exists with same argument types",
                    hint: "Use CREATE OR REPLACE FUNCTION.");
            }
            StoredFunction made = await LoadAsync(function, name, types, cancellationToken);
            StoredFunction[] kept = [.. old.Where(f => !IsSame(f, types))];
            if (Array.Exists(kept, f => f.IsAggregate != made.IsAggregate))
            {
                throw new QueryException(
                    SqlStates.DuplicateFunction, $"An aggregate and a function cannot share a name: {name}");
            }
            scope.Transaction.CreateObject(
                NameSpace.Function, ObjectKind.Function, schema, name, FunctionObjects.Write([.. kept, made]),
                replaces: record is not null);
            return new OutcomeResult(Created);
        }
        catch (QueryException error)
        {
            throw error.At(function.Position);
        }
    }

    /// <summary>Drops the function that takes the types that were named, or the only one of the name.</summary>
    public void Drop(DropTarget target, string schema, string name, NameRecord record)
    {
        StoredFunction[] all = FunctionObjects.Read(scope.Transaction.Catalog.GetObject(record.Id));
        if (!target.HasParameterTypes && all.Length > 1)
        {
            throw new QueryException(
                SqlStates.AmbiguousFunction, $"Function name \"{name}\" is not unique", target.Name.Position,
                "Name the types of its parameters to select the function: DROP FUNCTION name(integer).");
        }
        LogicalType[] types = [.. target.ParameterTypes.Select(Bind)];
        StoredFunction[] kept = target.HasParameterTypes ? [.. all.Where(f => !IsSame(f, types))] : [];
        if (kept.Length == all.Length)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction,
                $"Function {name}({string.Join(", ", (object[])types)}) does not exist", target.Name.Position);
        }
        if (kept.Length == 0) scope.Transaction.Drop(NameSpace.Function, schema, name);
        else scope.Transaction.CreateObject(
            NameSpace.Function, ObjectKind.Function, schema, name, FunctionObjects.Write(kept), replaces: true);
    }

    private async ValueTask<StoredFunction> LoadAsync(
        CreateFunctionStatement function, string name, LogicalType[] types, CancellationToken cancellationToken)
    {
        string hash = await Library.AddAsync(Read(function.Assembly!), cancellationToken);
        string member = function.Entry ?? Library.FindByName(hash, name);
        ManagedRoutine routine = Library.Find(
            new AssemblyEntry(hash, member, function.IsStrict == true), types);
        if (function.ReturnType is { } declared && !AssemblyMember.IsSame(routine.Result, Bind(declared)))
        {
            throw new QueryException(
                SqlStates.InvalidFunctionDefinition,
                $"{member} returns {routine.Result}, and the function is declared to return {Bind(declared)}",
                declared.Position, $"Write RETURNS {routine.Result}, and cast where it is called.");
        }
        return new StoredFunction(function with { Entry = member }, hash, routine.Aggregate is not null);
    }

    private byte[] Read(string path)
    {
        using IInputFile file = session.InputFiles.Open(path);
        long length = file.Length ?? throw new StorageException("An assembly is a file of its own", path);
        if (length > AssemblyLibrary.MaxBytes)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded,
                $"The assembly has {length} bytes, at most {AssemblyLibrary.MaxBytes} are allowed");
        }
        byte[] bytes = new byte[length];
        int read = 0;
        for (int more = 1; read < bytes.Length && more > 0; read += more) more = file.Read(read, bytes.AsSpan(read));
        return bytes[..read];
    }

    private static void RequireSimple(CreateFunctionStatement function)
    {
        string? refused = function switch
        {
            { Language: not (null or "csharp" or "c#" or "dotnet") } =>
                $"A function of an assembly in the language \"{function.Language}\"",
            { IsSet: true } or { ReturnColumns.IsEmpty: false } => "A function of an assembly that returns rows",
            _ when function.Parameters.Any(p => p.IsVariadic) => "A VARIADIC parameter of a function of an assembly",
            _ when function.Parameters.Any(p => p.Default is not null) =>
                "A default of a parameter of a function of an assembly",
            _ => null,
        };
        if (refused is null) return;
        throw new QueryException(
            SqlStates.FeatureNotSupported, $"{refused} is not supported",
            hint: "It takes one to four values and gives one; functions of one name can take different types.");
    }

    private static void RequireFree(string name, NameRecord? record)
    {
        string plain = name.ToLowerInvariant();
        bool isBuiltIn = FunctionRegistry.BuiltIn.IsScalar(plain) || FunctionRegistry.BuiltIn.IsAggregate(plain);
        if (!isBuiltIn && record is not { Kind: ObjectKind.Macro }) return;
        throw new QueryException(
            SqlStates.DuplicateFunction, isBuiltIn
                ? $"There is a built-in function of that name: {name}"
                : $"\"{name}\" is a function in SQL already",
            hint: isBuiltIn ? "Take another name." : "Take another name, or drop it first.");
    }

    private LogicalType[] TypesOf(CreateFunctionStatement function) => [.. function.Parameters.Select(
        p => Bind(p.Type ?? throw new QueryException(
            SqlStates.InvalidFunctionDefinition, "The parameters of a function have types", p.Position)))];

    private LogicalType Bind(TypeName type) => TypeBinder.Bind(type, new BindingContext(scope.Catalog, scope.Info));

    private bool IsSame(StoredFunction function, LogicalType[] types)
    {
        LogicalType[] own = function.ParameterTypes(scope.Catalog);
        return own.Length == types.Length && own.Zip(types).All(p => AssemblyMember.IsSame(p.First, p.Second));
    }
}
