using System.Runtime.InteropServices;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>What aggregates give for no rows: 0 for count, NULL for most.</summary>
internal static unsafe class EmptyAggregates
{
    /// <summary>The value of an aggregate over nothing.</summary>
    public static Value ValueOf(AggregateCall call, SessionInfo session)
    {
        IAggregateKernel kernel = call.Function.Kernel;
        using AggregateContext context = new(session, MemoryAccount.Untracked);
        using ColumnVector result = new(kernel.ResultType);
        byte* state = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(kernel.StateSizeBytes, 8), 16);
        try
        {
            kernel.Initialize(state);
            kernel.Finish(&state, 1, result, context);
            return result.GetValue(0);
        }
        finally
        {
            NativeMemory.AlignedFree(state);
        }
    }
}
