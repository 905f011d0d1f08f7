using System.Reflection;
using System.Text;

namespace ColFrag.Clients.Tests;

/// <summary>What users can call stands in a file, so that nobody changes it by accident.</summary>
public sealed class PublicApiTests
{
    private static readonly string s_file = Repository.PathOf("docs", "public-api.txt");

    [Fact]
    public void The_public_API_is_that_of_the_file()
    {
        string actual = Describe(
            typeof(Engine.Database).Assembly, typeof(Protocol.Sessions.RemoteSession).Assembly,
            typeof(Data.ColFragConnection).Assembly);
        // To accept a change: COLFRAG_GOLDEN=write dotnet test --filter The_public_API
        if (Environment.GetEnvironmentVariable("COLFRAG_GOLDEN") == "write") File.WriteAllText(s_file, actual);
        Assert.Equal(File.ReadAllText(s_file).ReplaceLineEndings("\n"), actual);
    }

    private static string Describe(params Assembly[] assemblies)
    {
        StringBuilder text = new();
        foreach (Assembly assembly in assemblies)
        {
            text.Append(assembly.GetName().Name).Append('\n');
            foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
            {
                text.Append("  ").Append(KindOf(type)).Append(' ').Append(NameOf(type)).Append('\n');
                if (type.IsEnum)
                {
                    foreach (string name in type.GetEnumNames()) text.Append("    ").Append(name).Append('\n');
                    continue;
                }
                const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static |
                    BindingFlags.DeclaredOnly;
                IEnumerable<string> members = type.GetMembers(Own)
                    .Where(m => m is not (Type or MethodBase { IsSpecialName: true, IsConstructor: false }))
                    .Where(m => !m.Name.Contains('<', StringComparison.Ordinal))
                    .Select(TextOf).Order(StringComparer.Ordinal);
                foreach (string member in members) text.Append("    ").Append(member).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string KindOf(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ when type.IsSubclassOf(typeof(Delegate)) => "delegate",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string TextOf(MemberInfo member) => member switch
    {
        ConstructorInfo made => $".ctor({ParametersOf(made)})",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{method.Name}"
            + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "")
            + $"({ParametersOf(method)}) : {NameOf(method.ReturnType)}",
        PropertyInfo property => $"{property.Name} : {NameOf(property.PropertyType)}"
            + $" {{{(property.CanRead ? " get;" : "")}{(property.SetMethod?.IsPublic == true ? " set;" : "")} }}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{field.Name} : {NameOf(field.FieldType)}",
        EventInfo signal => $"event {signal.Name} : {NameOf(signal.EventHandlerType!)}",
        _ => member.ToString()!,
    };

    private static string ParametersOf(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{NameOf(p.ParameterType)} {p.Name}"));

    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        if (type.IsByRef) return NameOf(type.GetElementType()!) + "&";
        string name = type.Namespace?.StartsWith("ColFrag", StringComparison.Ordinal) == true
            ? type.FullName ?? $"{type.Namespace}.{type.Name}"
            : type.Name;
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0
            ? name
            : $"{name[..arity]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
