using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <content>CREATE FUNCTION and DROP FUNCTION of functions in SQL.</content>
internal sealed partial class DefinitionStatements
{
    // PostgreSQL lets functions of one name differ by their parameters; here they differ by how many those are.
    private OutcomeResult CreateFunction(CreateFunctionStatement function)
    {
        CreateMacroStatement macro = SqlFunction.ToMacro(function);
        (string schema, string name, NameRecord? record) = FindName(NameSpace.Function, function.Name);
        if (record is null)
        {
            return CreateText(function, function.Name, NameSpace.Function, Catalog.ObjectKind.Macro, CreateMode.Default,
                SqlWriter.Write(macro), "CREATE FUNCTION");
        }
        if (record is { Kind: Catalog.ObjectKind.Function })
        {
            throw new QueryException(
                SqlStates.DuplicateFunction, $"\"{name}\" is a function of an assembly already",
                function.Name.Position, "Take another name, or drop it first.");
        }
        MacroOverload added = macro.Overloads[0];
        CreateMacroStatement old = (CreateMacroStatement)Parser.ParseStatement(
            ObjectText.Read(scope.Transaction.Catalog.GetObject(record.Value.Id)));
        bool isThere = old.Overloads.Any(o => o.Parameters.Count == added.Parameters.Count);
        if (isThere && function.Mode != CreateMode.OrReplace)
        {
            throw new QueryException(
                SqlStates.DuplicateFunction, $"Function \"{name}\" already exists with same argument types",
                function.Name.Position,
                "Functions of one name differ by the number of their parameters.");
        }
        IEnumerable<MacroOverload> kept = old.Overloads.Where(o => o.Parameters.Count != added.Parameters.Count);
        CreateMacroStatement all = old with { Overloads = SyntaxList.From(kept.Append(added)) };
        scope.Transaction.CreateObject(
            NameSpace.Function, Catalog.ObjectKind.Macro, schema, name, ObjectText.Write(SqlWriter.Write(all)), true);
        return new OutcomeResult("CREATE FUNCTION");
    }

    // A function without its types means all that have its name; views that call it need it.
    private void DropFunction(
        DropTarget target, string schema, string name, NameRecord record, DropBehavior behavior)
    {
        if (record.Kind == Catalog.ObjectKind.Function)
        {
            bool isOnly = FunctionObjects.Read(scope.Transaction.Catalog.GetObject(record.Id)).Length == 1;
            if (isOnly) ReleaseCallers(_ => true);
            new AssemblyFunctions(session, scope).Drop(target, schema, name, record);
            return;
        }
        CreateMacroStatement all = (CreateMacroStatement)Parser.ParseStatement(
            ObjectText.Read(scope.Transaction.Catalog.GetObject(record.Id)));
        int count = target.ParameterTypes.Count;
        MacroOverload[] kept = target.HasParameterTypes
            ? [.. all.Overloads.Where(o => o.Parameters.Count != count)]
            : [];
        if (kept.Length == all.Overloads.Count)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"Function {name} of {count} parameters does not exist",
                target.Name.Position);
        }
        ReleaseCallers(call => !kept.Any(o => o.Parameters.Count == call.Arguments.Count));
        if (kept.Length == 0) scope.Transaction.Drop(NameSpace.Function, schema, name);
        else scope.Transaction.CreateObject(
            NameSpace.Function, Catalog.ObjectKind.Macro, schema, name,
            ObjectText.Write(SqlWriter.Write(all with { Overloads = SyntaxList.From(kept) })), replaces: true);

        void ReleaseCallers(Func<CallSyntax, bool> isConcerned) => ReleaseViews(
            DependentViews.Calling(scope.Transaction, scope.Catalog.LookupPath, schema, name, isConcerned),
            $"function {name}", behavior, target.Name.Position);
    }
}
