using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Encodings;

/// <summary>Every encoding beside its number in files. Numbers are never reused.</summary>
internal static class EncodingRegistry
{
    private static readonly IEncoding?[] ByNumber = new IEncoding?[64];

    static EncodingRegistry()
    {
        // Integers.
        ByNumber[1] = new ConstantEncoding();
        ByNumber[2] = new BitPackedEncoding();
        ByNumber[3] = new VectorFrameEncoding();
        ByNumber[4] = new DeltaEncoding();
        ByNumber[5] = new DeltaOfDeltaEncoding();
        ByNumber[6] = new RunLengthEncoding();
        ByNumber[7] = new DictionaryEncoding();
        ByNumber[8] = new SparseEncoding();
        ByNumber[9] = new ScaledEncoding();
        // 128-bit integers.
        ByNumber[16] = new WideFrameEncoding();
        ByNumber[17] = new WideSplitEncoding();
        // Floats, of both widths.
        ByNumber[24] = new FloatBitsEncoding();
        ByNumber[25] = new AlpEncoding();
        ByNumber[26] = new AlpRdEncoding();
        // Texts.
        ByNumber[32] = new ConstantTextEncoding();
        ByNumber[33] = new PlainTextEncoding();
        ByNumber[34] = new FsstEncoding();
        ByNumber[35] = new PrefixTextEncoding();
        ByNumber[36] = new TextDictionaryEncoding();
        // Validity.
        ByNumber[48] = new AllValidEncoding();
        ByNumber[49] = new AllNullEncoding();
        ByNumber[50] = new BitmapValidityEncoding();
        ByNumber[51] = new RunValidityEncoding();
    }

    /// <summary>The encodings with their numbers, in order of number.</summary>
    public static IEnumerable<(byte Number, IEncoding Encoding)> All =>
        ByNumber.Index().Where(e => e.Item is not null).Select(e => ((byte)e.Index, e.Item!));

    /// <summary>The encodings of one kind with their numbers.</summary>
    public static (byte Number, TEncoding Encoding)[] Of<TEncoding>() where TEncoding : class, IEncoding =>
        [.. All.Where(e => e.Encoding is TEncoding).Select(e => (e.Number, (TEncoding)e.Encoding))];

    /// <summary>The one encoding of a class.</summary>
    public static TEncoding Get<TEncoding>() where TEncoding : class, IEncoding =>
        ByNumber.OfType<TEncoding>().Single();

    /// <summary>The number of an encoding.</summary>
    public static byte NumberOf(IEncoding encoding) => (byte)Array.IndexOf(ByNumber, encoding);

    /// <summary>The name of an encoding, or its number where it is not known.</summary>
    public static string NameOf(byte number) =>
        number < ByNumber.Length && ByNumber[number] is { } encoding ? encoding.Name : $"#{number}";

    /// <summary>Opens an integer stream; see <see cref="IntegerHeader"/>.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static IntegerDecoder OpenIntegers(ref NodeReader source, int count)
    {
        source.Enter();
        IIntegerEncoding encoding = Find<IIntegerEncoding>(ref source);
        IntegerHeader header = new(count, source.Bytes.ReadVarInt64(), source.Bytes.ReadByte());
        source.Bytes.ThrowUnless(header.Bits <= 64, "bits of an integer stream");
        IntegerDecoder decoder = encoding.Open(ref source, header);
        source.Leave();
        return decoder;
    }

    /// <summary>Opens a stream of 128-bit integers.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static WideDecoder OpenWide(ref NodeReader source, int count)
    {
        source.Enter();
        WideDecoder decoder = Find<IWideEncoding>(ref source).Open(ref source, count);
        source.Leave();
        return decoder;
    }

    /// <summary>Opens a stream of floats.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static FloatDecoder OpenFloats(ref NodeReader source, int count)
    {
        source.Enter();
        FloatDecoder decoder = Find<IFloatEncoding>(ref source).Open(ref source, count);
        source.Leave();
        return decoder;
    }

    /// <summary>Opens a stream of texts.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static TextDecoder OpenTexts(ref NodeReader source, int count)
    {
        source.Enter();
        TextDecoder decoder = Find<ITextEncoding>(ref source).Open(ref source, count);
        source.Leave();
        return decoder;
    }

    /// <summary>Opens validity.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static ValidityDecoder OpenValidity(ref NodeReader source, int count)
    {
        source.Enter();
        ValidityDecoder decoder = Find<IValidityEncoding>(ref source).Open(ref source, count);
        source.Leave();
        return decoder;
    }

    private static TEncoding Find<TEncoding>(ref NodeReader source) where TEncoding : class, IEncoding
    {
        byte number = source.Bytes.ReadByte();
        TEncoding? encoding = number < ByNumber.Length ? ByNumber[number] as TEncoding : null;
        source.Bytes.ThrowUnless(encoding is not null, $"encoding number {number}");
        return encoding;
    }
}
