using System.Reflection;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>
/// Finds what SQL calls in an assembly. The form of a member says what kind of function it is:
/// <code>
///   static R F(A a, B b)                               a function of rows
///   static void F(ReadOnlySpan&lt;A&gt; x, Span&lt;R&gt; y)  one of whole vectors; also of two spans of values
///   static AggregateDefinition&lt;S, A, R&gt; F()      an aggregate
///   struct S : IScalarOperator&lt;A, R&gt;             an operator, compiled into the loop
/// </code>
/// </summary>
internal static class AssemblyMember
{
    private const BindingFlags PublicStatic = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The full name of the only public static method that is called like a function.</summary>
    /// <exception cref="QueryException">42883: there is none. 42725: there are several.</exception>
    public static string FindByName(Assembly assembly, string function)
    {
        static string Plain(string name) =>
            name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        string[] found =
        [
            .. assembly.GetExportedTypes().SelectMany(t => t.GetMethods(PublicStatic))
                .Where(m => !m.IsSpecialName && Plain(m.Name) == Plain(function))
                .Select(m => $"{m.DeclaringType!.FullName}.{m.Name}").Distinct(),
        ];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new QueryException(
                SqlStates.UndefinedFunction,
                $"The assembly has no public static method that is called like the function: {function}",
                hint: "Name the method: ENTRY 'Namespace.Type.Method'."),
            _ => throw new QueryException(
                SqlStates.AmbiguousFunction,
                $"Several methods of the assembly are called like the function: {string.Join(", ", found)}",
                hint: "Name one of them: ENTRY 'Namespace.Type.Method'."),
        };
    }

    /// <summary>The member as a function that takes these types.</summary>
    /// <exception cref="QueryException">42883: there is no such member. 42P13: it is of no form that SQL can call, or
    /// takes other types.</exception>
    public static ManagedRoutine Find(Assembly assembly, AssemblyEntry entry, IReadOnlyList<LogicalType> types)
    {
        ManagedRoutine[] routines = [.. Routines(assembly, entry)];
        foreach (ManagedRoutine routine in routines)
        {
            if (routine.Parameters.Length == types.Count &&
                routine.Parameters.Zip(types).All(p => IsSame(p.First, p.Second))) return routine;
        }
        string taken = string.Join(" or ", routines.Select(r => $"({string.Join(", ", (object[])r.Parameters)})"));
        throw new QueryException(
            SqlStates.InvalidFunctionDefinition,
            $"{entry.Member} does not take ({string.Join(", ", types)})",
            hint: $"It takes {taken}: declare the function with these types.");
    }

    /// <summary>True where an argument of one type is what code of the other takes.</summary>
    public static bool IsSame(LogicalType code, LogicalType declared) =>
        code.Kind == TypeKind.Decimal ? declared.Kind == TypeKind.Decimal : code.Equals(declared);

    private static IEnumerable<ManagedRoutine> Routines(Assembly assembly, AssemblyEntry entry)
    {
        if (assembly.GetType(entry.Member) is { IsValueType: true } structure)
        {
            yield return OfStruct(structure);
            yield break;
        }
        int dot = entry.Member.LastIndexOf('.');
        Type? type = dot < 0 ? null : assembly.GetType(entry.Member[..dot]);
        string name = entry.Member[(dot + 1)..];
        MethodInfo[] methods =
            [.. type?.GetMethods(PublicStatic).Where(m => m.Name == name && !m.IsGenericMethodDefinition) ?? []];
        if (methods.Length == 0)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, type is null
                    ? $"The assembly has no type of {entry.Member}"
                    : $"The type {type.FullName} has no public static method {name}",
                hint: "ENTRY is 'Namespace.Type.Method'; a type within a type is Outer+Inner.");
        }
        foreach (MethodInfo method in methods) yield return OfMethod(method, entry);
    }

    private static ManagedRoutine OfStruct(Type structure)
    {
        foreach (Type made in structure.GetInterfaces().Where(i => i.IsGenericType))
        {
            Type open = made.GetGenericTypeDefinition();
            string? maker = open == typeof(IScalarOperator<,>) ? nameof(ManagedRoutine.OfOperator)
                : open == typeof(IScalarOperator<,,>) ? nameof(ManagedRoutine.OfPairOperator)
                : null;
            if (maker is not null) return Make(maker, [structure, .. made.GetGenericArguments()], [], structure.Name);
        }
        throw new QueryException(
            SqlStates.InvalidFunctionDefinition, $"{structure.FullName} is no operator",
            hint: "A struct that SQL calls implements IScalarOperator<T, TResult> or the one of two arguments.");
    }

    private static ManagedRoutine OfMethod(MethodInfo method, AssemblyEntry entry)
    {
        Type[] parameters = [.. method.GetParameters().Select(p => p.ParameterType)];
        Type result = method.ReturnType;
        if (parameters.Length == 0 && IsA(result, typeof(AggregateDefinition<,,>)))
        {
            object definition = Run(() => method.Invoke(null, null), entry.Member)!;
            return Make(
                nameof(ManagedRoutine.OfAggregate), result.GetGenericArguments(), [definition], entry.Member);
        }
        bool takesVectors = result == typeof(void) && parameters.Length is 2 or 3 &&
            IsA(parameters[^1], typeof(Span<>)) && parameters[..^1].All(p => IsA(p, typeof(ReadOnlySpan<>)));
        if (takesVectors)
        {
            Type[] elements = [.. parameters.Select(p => p.GetGenericArguments()[0])];
            (Type form, string maker) = elements.Length == 2
                ? (typeof(VectorFunction<,>), nameof(ManagedRoutine.OfVectors))
                : (typeof(VectorFunction<,,>), nameof(ManagedRoutine.OfVectorPairs));
            Delegate body = Guard(() => method.CreateDelegate(form.MakeGenericType(elements)), entry.Member);
            return Make(maker, elements, [body], entry.Member);
        }
        return Guard(
            () =>
            {
                Type form = System.Linq.Expressions.Expression.GetDelegateType([.. parameters, result]);
                return ManagedRoutine.OfDelegate(method.CreateDelegate(form), entry.IsStrict ? true : null);
            },
            entry.Member);
    }

    private static bool IsA(Type type, Type open) => type.IsGenericType && type.GetGenericTypeDefinition() == open;

    private static ManagedRoutine Make(string maker, Type[] types, object[] arguments, string member) => Guard(
        () => (ManagedRoutine)typeof(ManagedRoutine).GetMethod(maker)!.MakeGenericMethod(types)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!,
        member);

    // What reflection and the forms refuse: types without a counterpart in SQL, too many parameters.
    private static T Guard<T>(Func<T> make, string member)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            throw new QueryException(
                SqlStates.InvalidFunctionDefinition, $"SQL cannot call {member}: {error.Message}", inner: error);
        }
    }

    private static object? Run(Func<object?> body, string member)
    {
        try
        {
            return body();
        }
        catch (TargetInvocationException error)
        {
            throw ManagedError.Wrap(member, "the definition of an aggregate", error.InnerException ?? error);
        }
    }
}
