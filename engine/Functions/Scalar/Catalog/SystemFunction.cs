using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Catalog;

/// <summary>
/// A function that asks the session or the catalog, value by value: such functions see few rows. With a NULL among its
/// arguments it is NULL, unless it handles NULLs.
/// </summary>
internal sealed class SystemFunction(
    FunctionInfo info, LogicalType[] types, LogicalType result, Func<SessionInfo, Value[], Value> apply)
    : ScalarFunction(info, types, result)
{
    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        Value[] row = new Value[arguments.Length];
        Value[] values = new Value[count];
        for (int r = 0; r < count; r++)
        {
            if (context.Mask is { } mask && !mask[r])
            {
                values[r] = Value.Null(ResultType);
                continue;
            }
            bool hasNull = false;
            for (int a = 0; a < row.Length; a++)
            {
                row[a] = arguments[a].GetValue(r);
                hasNull |= row[a].IsNull;
            }
            values[r] = hasNull && !HandlesNulls ? Value.Null(ResultType) : apply(context.Session, row);
        }
        VectorBuilder.Build(result, values, context.Text);
        result.Count = count;
        context.EndText(result);
    }

    /// <summary>The catalog of the session.</summary>
    /// <exception cref="QueryException">0A000: this process has none.</exception>
    public static ISystemCatalog CatalogOf(SessionInfo session) => session.Catalog ?? throw new QueryException(
        SqlStates.FeatureNotSupported, "Functions over the catalog work only where the catalog is",
        hint: "Keep them out of queries over tables, or compute them first.");
}
