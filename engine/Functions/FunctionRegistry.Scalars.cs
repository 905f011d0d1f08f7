namespace ColFrag.Engine.Functions;

/// <content>The scalar functions.</content>
internal sealed partial class FunctionRegistry
{
    private static IEnumerable<ScalarOverload> AllScalars => [];
}
