using System.Collections.Concurrent;
using System.Reflection;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Copies a syntax tree with one node replaced wherever an equal one stands. Works on any record of the tree by its
/// init-only properties, so new kinds of syntax need nothing here; used once per COLUMNS expression, never per row.
/// </summary>
internal static class SyntaxReplacement
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_properties = new();
    private static readonly MethodInfo s_replaceList =
        typeof(SyntaxReplacement).GetMethod(nameof(ReplaceList), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The tree with <paramref name="old"/> replaced.</summary>
    public static T Replace<T>(T tree, Syntax.SyntaxNode old, Syntax.SyntaxNode replacement)
        where T : Syntax.SyntaxNode => (T)ReplaceNode(tree, old, replacement);

    /// <summary>Any tree with <paramref name="old"/> replaced; the replacement is not looked into.</summary>
    public static Syntax.SyntaxNode ReplaceIn(
        Syntax.SyntaxNode tree, Syntax.SyntaxExpression old, Syntax.SyntaxExpression replacement) =>
        ReplaceNode(tree, old, replacement);

    private static Syntax.SyntaxNode ReplaceNode(
        Syntax.SyntaxNode node, Syntax.SyntaxNode old, Syntax.SyntaxNode replacement)
    {
        if (node.Equals(old)) return replacement;
        Syntax.SyntaxNode? copy = null;
        foreach (PropertyInfo property in s_properties.GetOrAdd(node.GetType(), PropertiesOf))
        {
            object? value = property.GetValue(node);
            object? changed = value switch
            {
                Syntax.SyntaxNode child => ReplaceNode(child, old, replacement),
                null => null,
                _ => s_replaceList.MakeGenericMethod(property.PropertyType.GetGenericArguments()).Invoke(
                    null, [value, old, replacement]),
            };
            if (Equals(changed, value)) continue;
            copy ??= (Syntax.SyntaxNode)node.GetType().GetMethod("<Clone>$")!.Invoke(node, null)!;
            property.SetValue(copy, changed);
        }
        return copy ?? node;
    }

    private static Syntax.SyntaxList<T> ReplaceList<T>(
        Syntax.SyntaxList<T> list, Syntax.SyntaxNode old, Syntax.SyntaxNode replacement)
        where T : Syntax.SyntaxNode => list.Map(item => (T)ReplaceNode(item, old, replacement));

    private static PropertyInfo[] PropertiesOf(Type type) =>
    [
        .. type.GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0 &&
            (p.PropertyType.IsSubclassOf(typeof(Syntax.SyntaxNode)) ||
             (p.PropertyType.IsGenericType
                 && p.PropertyType.GetGenericTypeDefinition() == typeof(Syntax.SyntaxList<>) &&
              p.PropertyType.GetGenericArguments()[0].IsSubclassOf(typeof(Syntax.SyntaxNode))))),
    ];
}
