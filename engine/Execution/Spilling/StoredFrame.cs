using ColFrag.Engine.Spill;

namespace ColFrag.Engine.Execution.Spilling;

/// <summary>A batch of rows in a spill file.</summary>
internal readonly record struct StoredFrame(SpillFile File, SpillFrame Frame);
