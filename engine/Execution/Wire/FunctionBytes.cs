using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Functions.Nested;
using ColFrag.Engine.Functions.Nested.Lambdas;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// Functions in plans: an array of name, argument types and result type; an aggregate's also has the values of its
/// constant arguments. Whoever reads looks the function up again among its own. Last comes, for a function of an
/// assembly, where its code is.
/// </summary>
internal static class FunctionBytes
{
    private const int MaxArguments = 65_535;
    private const int LambdaFields = 6;
    private const int ScalarFields = 3;
    private const int AggregateFields = 4;

    public static void Write(PlanWriter target, ScalarFunction function)
    {
        if (function is LambdaFunction lambda)
        {
            Write(target, lambda);
            return;
        }
        target.Begin(ScalarFields + (function.Info.Entry is null ? 0 : 1));
        WriteSignature(target, function.Info.Name, function.ArgumentTypes, function.ResultType);
        WriteEntry(target, function.Info);
    }

    public static void Write(PlanWriter target, AggregateFunction function)
    {
        target.Begin(AggregateFields + (function.Info.Entry is null ? 0 : 1));
        WriteSignature(target, function.Info.Name, function.ArgumentTypes, function.ResultType);
        target.Target.WriteList(function.Parameters, (t, v) => Bytes.MessagePackTypes.WriteValue(t, v));
        WriteEntry(target, function.Info);
    }

    /// <summary>The function that computes the same, for a call with these arguments.</summary>
    public static ScalarFunction ReadScalar(PlanReader source, PlanList<Expression> arguments)
    {
        int fields = source.Begin(ScalarFields);
        (string name, LogicalType[] types, LogicalType result) = ReadSignature(source);
        ScalarFunction? function = fields switch
        {
            >= LambdaFields => ReadLambda(source, name, types, result),
            > ScalarFields => AssemblyOverload.Scalar(LibraryOf(source), ReadEntry(source, name), types),
            _ => FindScalar(source.Context.Functions, name, types, ConstantsOf(arguments), result),
        };
        if (function is null)
            throw source.Source.Corrupt($"function {name}({string.Join(", ", (object[])types)})");
        source.Check(types.AsSpan().SequenceEqual([.. arguments.Map(a => a.Type)]), "types of arguments");
        source.Check(function.ResultType.Equals(result), "type of a function");
        return function;
    }

    public static AggregateFunction ReadAggregate(PlanReader source)
    {
        int fields = source.Begin(AggregateFields);
        (string name, LogicalType[] arguments, LogicalType result) = ReadSignature(source);
        Value[] constants = source.Source.ReadList(Bytes.MessagePackTypes.ReadValue, MaxArguments);
        AggregateFunction? function = fields > AggregateFields
            ? AssemblyOverload.Aggregate(LibraryOf(source), ReadEntry(source, name), arguments)
            : FindAggregate(source.Context.Functions, name, arguments, constants, result);
        if (function is null || !function.ResultType.Equals(result))
            throw source.Source.Corrupt($"aggregate {name}({string.Join(", ", (object[])arguments)})");
        return function;
    }

    // Hash, member, strictness, flags.
    private static void WriteEntry(PlanWriter target, FunctionInfo info)
    {
        if (info.Entry is not { } entry) return;
        target.Begin(4);
        target.Write(entry.Hash);
        target.Write(entry.Member);
        target.Write(entry.IsStrict);
        target.Write((long)info.Flags);
        target.Assemblies.Add(entry.Hash);
    }

    private static FunctionInfo ReadEntry(PlanReader source, string name)
    {
        source.Begin(4);
        AssemblyEntry entry = new(source.ReadString(), source.ReadString(), source.ReadBool());
        source.Check(AssemblyEntry.IsHash(entry.Hash), "hash of an assembly");
        return new FunctionInfo(name, "") { Entry = entry, Flags = (FunctionFlags)source.ReadInt32() };
    }

    private static AssemblyLibrary LibraryOf(PlanReader source) => source.Context.Assemblies ??
        throw source.Source.Corrupt("a function of an assembly, where there are none");

    // Behind the signature: the types of the lambda's parameters, the number of arguments before what it captures, and
    // its expression.
    private static void Write(PlanWriter target, LambdaFunction function)
    {
        target.Begin(LambdaFields);
        WriteSignature(target, function.Info.Name, function.ArgumentTypes, function.ResultType);
        target.Target.WriteArrayHeader(function.Body.ParameterTypes.Count);
        foreach (LogicalType parameter in function.Body.ParameterTypes) target.Write(parameter);
        target.Write(function.FirstCapture);
        ExpressionRegistry.Write(target, ((PlanLambda)function.Body).Expression);
    }

    private static LambdaFunction ReadLambda(PlanReader source, string name, LogicalType[] types, LogicalType result)
    {
        LogicalType[] parameters = source.Source.ReadList(Bytes.MessagePackTypes.ReadType, 3);
        int firstCapture = source.ReadInt32();
        LambdaOverload overload = FunctionRegistry.Lambda(name) ?? throw source.Source.Corrupt($"function {name}");
        bool hasStart = firstCapture == 2;
        bool isShaped = overload.TakesList
            ? firstCapture >= 1 && firstCapture <= types.Length && (!hasStart || overload.TakesStart) &&
                firstCapture <= 2 && types[0].Kind == TypeKind.List
            : firstCapture == 0;
        source.Check(isShaped, "arguments of a lambda");
        LogicalType element = overload.TakesList ? types[0].Element! : LogicalType.Null;
        LogicalType[] expected = overload.ParameterTypes(element, hasStart ? types[1] : null);
        source.Check(
            parameters.Length >= overload.MinParameters && parameters.Length <= expected.Length &&
            parameters.AsSpan().SequenceEqual(expected.AsSpan(0, parameters.Length)), "parameters of a lambda");
        Schema columns = new(parameters.Concat(types[firstCapture..]).Select(t => new Field("", t)));
        PlanLambda body = new(parameters, ExpressionRegistry.Read(source, columns));
        LogicalType? wanted = overload.BodyType(element, hasStart ? types[1] : null);
        source.Check(wanted is null || body.ResultType.Equals(wanted), "result of a lambda");
        LambdaFunction function = overload.Bind(types, body, hasStart);
        source.Check(function.ResultType.Equals(result), "type of a lambda's function");
        return function;
    }

    /// <summary>True when every process of the same version knows the function.</summary>
    public static bool Travels(Call call) => call.Function is LambdaFunction lambda
        ? ExpressionRegistry.Travels(((PlanLambda)lambda.Body).Expression)
        : IsEverywhere(call);

    private static bool IsEverywhere(Call call) => (call.Function.Info.Flags & FunctionFlags.StaysHere) == 0 && (
        call.Function.Info.Entry is not null || FindScalar(
            FunctionRegistry.BuiltIn, call.Function.Info.Name, [.. call.Function.ArgumentTypes],
            ConstantsOf(call.Arguments), call.Function.ResultType) is not null);

    /// <summary>True when every process of the same version knows the aggregate.</summary>
    public static bool Travels(AggregateFunction function) => function.Info.Entry is not null || FindAggregate(
        FunctionRegistry.BuiltIn, function.Info.Name, [.. function.ArgumentTypes], [.. function.Parameters],
        function.ResultType) is not null;

    private static ScalarFunction? FindScalar(
        FunctionRegistry functions, string name, LogicalType[] arguments, Value?[] constants, LogicalType result)
    {
        if (StructPack.ForResult(name, arguments, result) is { } pack) return pack;
        ArgumentType[] types = [.. arguments.Select(t => new ArgumentType(t))];
        IEnumerable<ScalarOverload> fitting = functions.Scalars(name)
            .Select(o => (Overload: o, Cost: o.Signature.Match(types, out LogicalType[] matched), Types: matched))
            .Where(o => o.Cost >= 0 && o.Types.AsSpan().SequenceEqual(arguments))
            .OrderBy(o => o.Cost)
            .Select(o => o.Overload);
        foreach (ScalarOverload overload in fitting)
        {
            ScalarFunction function = overload.Bind(arguments);
            if (!function.ResultType.Equals(result)) function = function.Specialize(constants);
            if (function.ResultType.Equals(result)) return function;
        }
        return null;
    }

    private static Value?[] ConstantsOf(PlanList<Expression> arguments) =>
        [.. arguments.Select(a => (a as Constant)?.Value)];

    private static AggregateFunction? FindAggregate(
        FunctionRegistry functions, string name, LogicalType[] arguments, Value[] constants, LogicalType result)
    {
        ArgumentType[] types = [.. arguments.Concat(constants.Select(c => c.Type)).Select(t => new ArgumentType(t))];
        IEnumerable<AggregateOverload> fitting = functions.Aggregates(name)
            .Where(o => o.ConstantCount == constants.Length)
            .Select(o => (Overload: o, Cost: o.Signature.Match(types, out LogicalType[] matched), Types: matched))
            .Where(o => o.Cost >= 0 && o.Types.AsSpan(0, arguments.Length).SequenceEqual(arguments))
            .OrderBy(o => o.Cost)
            .Select(o => o.Overload);
        foreach (AggregateOverload overload in fitting)
        {
            AggregateFunction function = overload.Bind(arguments, constants);
            if (function.ResultType.Equals(result)) return function;
        }
        return null;
    }

    private static void WriteSignature(
        PlanWriter target, string name, IReadOnlyList<LogicalType> arguments, LogicalType result)
    {
        target.Write(name);
        target.Target.WriteArrayHeader(arguments.Count);
        foreach (LogicalType argument in arguments) target.Write(argument);
        target.Write(result);
    }

    private static (string Name, LogicalType[] Arguments, LogicalType Result) ReadSignature(PlanReader source) => (
        source.ReadString(), source.Source.ReadList(Bytes.MessagePackTypes.ReadType, MaxArguments), source.ReadType());
}
