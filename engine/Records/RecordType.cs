using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations.Schema;
using System.Reflection;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>
/// How a C# type stands for rows: which members are columns, and how an object is made of them. A type without a public
/// constructor that needs no arguments is made by the constructor with most of them; what that does not set, properties
/// and fields do.
/// </summary>
internal sealed class RecordType
{
    private static readonly ConcurrentDictionary<Type, RecordType> s_known = new();
    private static readonly NullabilityInfoContext s_nullability = new();
    private static readonly Lock s_lock = new();

    private RecordType(Type type)
    {
        Type = type;
        Constructor = ConstructorOf(type);
        List<RecordMember> members = [];
        lock (s_lock)
        {
            foreach (ParameterInfo parameter in Constructor?.GetParameters() ?? [])
            {
                MemberInfo? member = MemberOf(type, parameter.Name ?? "");
                members.Add(new RecordMember(
                    ColumnNameOf(member, parameter.Name ?? ""), parameter.ParameterType, member,
                    parameter, Allows(s_nullability.Create(parameter))));
            }
            foreach (MemberInfo member in PublicMembers(type))
            {
                if (members.Any(m => m.Member == member) || IsLeftOut(member)) continue;
                members.Add(new RecordMember(
                    ColumnNameOf(member, member.Name), TypeOf(member), member, null, Allows(NullabilityOf(member))));
            }
        }
        Members = members;
    }

    /// <summary>The C# type.</summary>
    public Type Type { get; }

    /// <summary>What makes an object; null for a struct that has no constructor of its own.</summary>
    public ConstructorInfo? Constructor { get; }

    /// <summary>The arguments of the constructor in order, then other public properties and fields.</summary>
    public IReadOnlyList<RecordMember> Members { get; }

    /// <summary>The mapping of a type.</summary>
    public static RecordType Of(Type type) => s_known.GetOrAdd(type, static t => new RecordType(t));

    /// <summary>
    /// The column that a member's name means: the same name, else the same but for case, else also but for underscores
    /// (<c>PickupTime</c> is <c>pickup_time</c>); -1 for none.
    /// </summary>
    public static int FindColumn(Schema schema, string name)
    {
        for (int i = 0; i < schema.Count; i++)
        {
            if (schema[i].Name == name) return i;
        }
        int index = schema.IndexOf(name);
        if (index >= 0) return index;
        string plain = WithoutUnderscores(name);
        for (int i = 0; i < schema.Count; i++)
        {
            if (WithoutUnderscores(schema[i].Name).Equals(plain, StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }

    /// <summary>
    /// The public property or field that has a name, perhaps in another case; null where there is none.
    /// </summary>
    public static MemberInfo? MemberOf(Type type, string name) =>
        PublicMembers(type).FirstOrDefault(m => m.Name == name) ??
        PublicMembers(type).FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The type of a property or field.</summary>
    public static Type TypeOf(MemberInfo member) =>
        member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    /// <summary>True where the type, and for a reference type its annotation, may be null.</summary>
    private static bool Allows(NullabilityInfo nullability) =>
        nullability.Type.IsValueType
            ? Nullable.GetUnderlyingType(nullability.Type) is not null
            : nullability.ReadState != NullabilityState.NotNull;

    private static NullabilityInfo NullabilityOf(MemberInfo member) => member is PropertyInfo property
        ? s_nullability.Create(property)
        : s_nullability.Create((FieldInfo)member);

    private static string WithoutUnderscores(string name) => name.Replace("_", "", StringComparison.Ordinal);

    private static ConstructorInfo? ConstructorOf(Type type)
    {
        ConstructorInfo[] all = type.GetConstructors();
        return all.FirstOrDefault(c => c.GetParameters().Length == 0) is { } empty && !type.IsValueType
            ? empty
            : all.Where(c => !IsCopy(c, type)).MaxBy(c => c.GetParameters().Length);
    }

    private static bool IsCopy(ConstructorInfo constructor, Type type) =>
        constructor.GetParameters() is [{ } only] && only.ParameterType == type;

    private static IEnumerable<MemberInfo> PublicMembers(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.Instance)
        .Where(m => m is FieldInfo or PropertyInfo { CanRead: true } && !IsIndexer(m));

    private static bool IsIndexer(MemberInfo member) =>
        member is PropertyInfo property && property.GetIndexParameters().Length > 0;

    private static bool IsLeftOut(MemberInfo member) =>
        member.IsDefined(typeof(NotMappedAttribute)) || member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static string ColumnNameOf(MemberInfo? member, string name) =>
        member?.GetCustomAttribute<ColumnAttribute>()?.Name ?? member?.Name ?? name;
}

/// <summary>A column of a <see cref="RecordType"/>.</summary>
/// <param name="ColumnName">The name to look for among columns.</param>
/// <param name="Type">The C# type of its values.</param>
/// <param name="Member">The property or field; null where only the constructor knows it.</param>
/// <param name="Parameter">The argument of the constructor; null where the member is set after it.</param>
/// <param name="IsNullable">True where it may be null.</param>
internal sealed record RecordMember(
    string ColumnName, Type Type, MemberInfo? Member, ParameterInfo? Parameter, bool IsNullable)
{
    /// <summary>The name in C#.</summary>
    public string Name => Member?.Name ?? Parameter!.Name!;

    /// <summary>True where an object can be given a value for it.</summary>
    public bool CanBeSet => Parameter is not null || Member is FieldInfo { IsInitOnly: false }
        or PropertyInfo { SetMethod.IsPublic: true };
}
