using System.Reflection;
using System.Reflection.Emit;

namespace ColFrag.Tidy.Tests;

/// <summary>
/// The types that a compiled type mentions: in its shape, in signatures, and in the code of its methods.
/// </summary>
static class TypeReferences
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static |
        BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    /// <summary>Every type mentioned, without arrays, pointers and the like around it.</summary>
    public static HashSet<Type> Of(Type type)
    {
        HashSet<Type> found = [];
        Add(type.BaseType);
        foreach (Type implemented in type.GetInterfaces()) Add(implemented);
        foreach (FieldInfo field in type.GetFields(Everything)) Add(field.FieldType);
        foreach (MethodBase method in Methods(type))
        {
            AddSignature(method);
            if (method.GetMethodBody() is not MethodBody body) continue;
            foreach (LocalVariableInfo local in body.LocalVariables) Add(local.LocalType);
            foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
            {
                if (clause.Flags == ExceptionHandlingClauseOptions.Clause) Add(clause.CatchType);
            }
            foreach (MemberInfo member in MembersUsed(method, body)) AddMember(member);
        }
        return found;

        void Add(Type? mentioned)
        {
            if (mentioned is null || mentioned.IsGenericParameter) return;
            if (mentioned.HasElementType)
            {
                Add(mentioned.GetElementType());
                return;
            }
            if (mentioned.IsGenericType)
            {
                foreach (Type argument in mentioned.GetGenericArguments()) Add(argument);
                mentioned = mentioned.GetGenericTypeDefinition();
            }
            found.Add(mentioned);
        }

        void AddSignature(MethodBase method)
        {
            foreach (ParameterInfo parameter in method.GetParameters()) Add(parameter.ParameterType);
            if (method is MethodInfo { ReturnType: Type returned }) Add(returned);
            if (method.IsGenericMethod) foreach (Type argument in method.GetGenericArguments()) Add(argument);
        }

        void AddMember(MemberInfo member)
        {
            Add(member as Type ?? member.DeclaringType);
            if (member is FieldInfo field) Add(field.FieldType);
            if (member is MethodBase method) AddSignature(method);
        }
    }

    /// <summary>The type that stands in a namespace: lambdas and iterators are nested in it.</summary>
    public static Type Outermost(Type type)
    {
        while (type.DeclaringType is Type outer) type = outer;
        return type;
    }

    private static IEnumerable<MethodBase> Methods(Type type) =>
        type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything));

    /// <summary>Walks the code: one or two bytes of operation, then an operand whose size the operation says.</summary>
    private static IEnumerable<MemberInfo> MembersUsed(MethodBase method, MethodBody body)
    {
        byte[] code = body.GetILAsByteArray() ?? [];
        Type[] typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [];
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < code.Length;)
        {
            int operation = code[at++];
            if (operation == 0xFE) operation = 0xFE00 | code[at++];
            OperandType operand = Operands[operation];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType
                or OperandType.InlineTok)
            {
                MemberInfo? member = method.Module.ResolveMember(
                    BitConverter.ToInt32(code, at), typeArguments, methodArguments);
                if (member is not null) yield return member;
            }
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
