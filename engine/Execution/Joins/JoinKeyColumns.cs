using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>A pair of columns that partners agree in.</summary>
/// <param name="Probe">Position in the probe side.</param>
/// <param name="Build">Position in the build side.</param>
/// <param name="NullsAreEqual">True when NULL is a value like any other.</param>
internal sealed record JoinKeyColumns(int Probe, int Build, bool NullsAreEqual = false)
{
    public void Write(PlanWriter target)
    {
        target.Begin(3);
        target.Write(Probe);
        target.Write(Build);
        target.Write(NullsAreEqual);
    }

    public static JoinKeyColumns Read(PlanReader source, Schema probe, Schema build)
    {
        source.Begin(3);
        JoinKeyColumns key = new(source.ReadPosition(probe.Count), source.ReadPosition(build.Count), source.ReadBool());
        source.CheckComparable(probe[key.Probe].Type, build[key.Build].Type);
        return key;
    }

    public static void WriteList(PlanWriter target, PlanList<JoinKeyColumns> keys)
    {
        target.Target.WriteArrayHeader(keys.Count);
        foreach (JoinKeyColumns key in keys) key.Write(target);
    }

    /// <summary>At least one pair, since a join without keys is another operator.</summary>
    public static PlanList<JoinKeyColumns> ReadList(PlanReader source, Schema probe, Schema build)
    {
        PlanList<JoinKeyColumns> keys = [.. source.Source.ReadList(_ => Read(source, probe, build))];
        source.Check(!keys.IsEmpty, "number of keys");
        return keys;
    }
}
