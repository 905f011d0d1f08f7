using ColFrag.Engine.Types;

namespace ColFrag.Engine.Encodings;

/// <summary>What is known about a stream of REAL or DOUBLE before it is encoded.</summary>
internal sealed unsafe class FloatStatistics
{
    /// <summary>Values that estimates look at.</summary>
    public const int SampleCount = 256;

    private readonly byte* _values;

    // Bit patterns of REAL, sign-extended; those of DOUBLE are the values as they lie.
    private readonly long[] _bits = [];
    private readonly int _vectorRows;
    private double[]? _sample;

    /// <summary>Looks at values, which stay where they are while this is used.</summary>
    public FloatStatistics(byte* values, PhysicalType type, int count, int vectorRows)
    {
        _values = values;
        IsSingle = type == PhysicalType.Float32;
        Count = count;
        _vectorRows = vectorRows;
        long* bits = (long*)values;
        if (IsSingle)
        {
            _bits = GC.AllocateUninitializedArray<long>(count, pinned: true);
            for (int i = 0; i < count; i++) _bits[i] = ((int*)values)[i];
            bits = (long*)System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_bits));
        }
        BitStatistics = new IntegerStatistics(bits, count, vectorRows);
    }

    /// <summary>True for REAL.</summary>
    public bool IsSingle { get; }

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>Bits of a value.</summary>
    public int ValueBits => IsSingle ? 32 : 64;

    /// <summary>The bit patterns as integers; those of REAL sign-extended from 32 bits.</summary>
    public ReadOnlySpan<long> Bits => BitStatistics.Values;

    /// <summary>Statistics of the bit patterns.</summary>
    public IntegerStatistics BitStatistics { get; }

    /// <summary>Some of the values, from all parts of the stream.</summary>
    public double[] Sample => _sample ??= MakeSample();

    /// <summary>Rows of a vector.</summary>
    public int VectorRows => _vectorRows;

    /// <summary>The values of a stream of DOUBLE.</summary>
    public ReadOnlySpan<double> Doubles => new(_values, Count);

    /// <summary>One value.</summary>
    public double this[int index] => IsSingle ? ((float*)_values)[index] : ((double*)_values)[index];

    private double[] MakeSample()
    {
        double[] sample = new double[Math.Min(SampleCount, Count)];
        for (int i = 0; i < sample.Length; i++) sample[i] = this[(int)((long)i * Count / sample.Length)];
        return sample;
    }
}
