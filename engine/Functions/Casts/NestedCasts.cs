using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts to and from lists, arrays, structs and maps.</summary>
internal static class NestedCasts
{
    /// <summary>The cast, or null where there is none.</summary>
    public static ScalarFunction? Find(LogicalType from, LogicalType to, bool isTry, CastFailure failure) => null;
}
