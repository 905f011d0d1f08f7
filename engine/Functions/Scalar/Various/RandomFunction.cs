using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>
/// random(): uniform in 0 (in) to 1 (out). The sequence follows from the statement's seed (SplitMix64, Steele 2014).
/// </summary>
internal sealed unsafe class RandomFunction() : ScalarFunction(s_info, [], LogicalType.Double)
{
    private static readonly FunctionInfo s_info = new("random", "A random number from 0 up to, but not including, 1.")
    {
        Category = "Math", Example = "random() < 1", Returns = "true", Flags = FunctionFlags.Volatile,
    };

    public static FunctionInfo Definition => s_info;

    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        RandomState state = context.GetState<RandomState>();
        state.Begin(context.Session.RandomSeed);
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        double* target = (double*)result.Data;
        for (int row = 0; row < count; row++) target[row] = (state.Next() >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The generator of one call in one thread.</summary>
    internal sealed class RandomState
    {
        private static int s_calls;
        private ulong _state;
        private bool _isStarted;

        /// <summary>Seeds the generator once; every call of a process gets a stream of its own.</summary>
        public void Begin(ulong seed)
        {
            if (_isStarted) return;
            _isStarted = true;
            ulong stream = (ulong)Interlocked.Increment(ref s_calls);
            _state = seed ^ (stream * 0x9E3779B97F4A7C15);
        }

        public ulong Next()
        {
            _state += 0x9E3779B97F4A7C15;
            ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
