using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>What a plan from elsewhere is bound to in the process that reads it.</summary>
/// <param name="Segments">The segments that scans open.</param>
/// <param name="Functions">The functions that calls name.</param>
/// <param name="Assemblies">The assemblies that functions lie in; null where there are none.</param>
internal sealed record PlanReadContext(
    SegmentCache Segments, FunctionRegistry Functions, AssemblyLibrary? Assemblies = null);
