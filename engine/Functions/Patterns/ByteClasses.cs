namespace ColFrag.Engine.Functions.Patterns;

/// <summary>Bytes that no instruction tells apart share a class, so that tables of steps stay small.</summary>
internal sealed class ByteClasses
{
    public ByteClasses(PatternProgram program)
    {
        bool[] begins = new bool[257];
        begins[0] = true;
        foreach (PatternInstruction instruction in program.Instructions)
        {
            if (instruction.Op != PatternOp.Bytes) continue;
            begins[instruction.Low] = true;
            begins[instruction.High + 1] = true;
        }
        List<byte> samples = [];
        for (int b = 0; b < 256; b++)
        {
            if (begins[b]) samples.Add((byte)b);
            Of[b] = (byte)(samples.Count - 1);
        }
        Samples = [.. samples];
    }

    /// <summary>The class of each byte.</summary>
    public byte[] Of { get; } = new byte[256];

    /// <summary>A byte of each class.</summary>
    public byte[] Samples { get; }

    /// <summary>Number of classes.</summary>
    public int Count => Samples.Length;
}
