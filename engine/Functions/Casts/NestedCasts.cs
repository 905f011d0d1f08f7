using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts to and from lists, arrays, structs and maps.</summary>
internal static class NestedCasts
{
    /// <summary>The cast, or null where there is none.</summary>
    public static ScalarFunction? Find(LogicalType from, LogicalType to, bool isTry, CastFailure failure)
    {
        switch (from.Kind, to.Kind)
        {
            case (_, TypeKind.Varchar):
                return NestedText.ToText(from);
            case (TypeKind.Varchar, _):
                return NestedText.FromText(from, to, isTry, failure);
            case (_, TypeKind.Json):
                return JsonNesting.ToJson(from);
            case (TypeKind.Json, _):
                return JsonNesting.FromJson(from, to, isTry, failure);
            case (TypeKind.List or TypeKind.Array or TypeKind.Map, TypeKind.List or TypeKind.Array or TypeKind.Map):
                // A map is a list of its entries, but a list becomes a map only by a function that checks the keys.
                if (to.Kind == TypeKind.Map && from.Kind != TypeKind.Map) return null;
                return ElementCast.TryFind(from.Element!, to.Element!, isTry, out ScalarFunction? element)
                    ? new ListCast(from, to, element, failure)
                    : null;
            case (TypeKind.Struct, TypeKind.Struct):
                return FindStruct(from, to, isTry);
            default:
                return null;
        }
    }

    // Fields meet by name where both structs have the same names, else by place.
    private static StructCast? FindStruct(LogicalType from, LogicalType to, bool isTry)
    {
        if (from.Fields.Length != to.Fields.Length) return null;
        int[] places = [.. to.Fields.Select(f => Nested.StructExtract.IndexOf(from, f.Name))];
        if (places.Contains(-1) || places.Distinct().Count() < places.Length) places =
            [.. Enumerable.Range(0, places.Length)];
        ScalarFunction?[] casts = new ScalarFunction?[places.Length];
        for (int i = 0; i < casts.Length; i++)
        {
            if (!ElementCast.TryFind(from.Fields[places[i]].Type, to.Fields[i].Type, isTry, out casts[i])) return null;
        }
        return new StructCast(from, to, places, casts);
    }
}
