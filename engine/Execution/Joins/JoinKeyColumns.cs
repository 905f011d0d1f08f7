namespace ColFrag.Engine.Execution.Joins;

/// <summary>A pair of columns that partners agree in.</summary>
/// <param name="Probe">Position in the probe side.</param>
/// <param name="Build">Position in the build side.</param>
/// <param name="NullsAreEqual">True when NULL is a value like any other.</param>
internal sealed record JoinKeyColumns(int Probe, int Build, bool NullsAreEqual = false);
