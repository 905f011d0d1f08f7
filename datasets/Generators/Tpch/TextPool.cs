using System.Runtime.InteropServices;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>
/// 300 MiB of sentences (specification, clause 4.2.2.14), made once per process: every comment is a piece of them.
/// </summary>
internal sealed unsafe class TextPool
{
    /// <summary>Bytes of the pool, which comments are cut from.</summary>
    public const int SizeBytes = 300 << 20;

    /// <summary>No sentence is longer, and vectors may be read a little past their end.</summary>
    private const int SlackBytes = 4096;

    private static readonly Lazy<TextPool> s_shared = new(() => new TextPool());

    private readonly WordList _sentences = WordList.Named("sentences");
    private readonly WordList _nounPhrases = WordList.Named("noun phrases");
    private readonly WordList _verbPhrases = WordList.Named("verb phrases");
    private readonly WordList _nouns = WordList.Named("nouns");
    private readonly WordList _verbs = WordList.Named("verbs");
    private readonly WordList _adjectives = WordList.Named("adjectives");
    private readonly WordList _adverbs = WordList.Named("adverbs");
    private readonly WordList _auxiliaries = WordList.Named("auxiliaries");
    private readonly WordList _prepositions = WordList.Named("prepositions");
    private readonly WordList _terminators = WordList.Named("terminators");
    private RandomStream _random = new(933_588_178);
    private byte* _next;

    private TextPool()
    {
        // Lives as long as the process: batches point into it.
        Start = _next = (byte*)NativeMemory.Alloc(SizeBytes + SlackBytes);
        byte* end = Start + SizeBytes;
        while (_next < end) AppendSentence();
        new Span<byte>(_next, (int)(end + SlackBytes - _next)).Clear();
    }

    public static TextPool Shared => s_shared.Value;

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    private void AppendSentence()
    {
        foreach (byte part in _random.Next(_sentences))
        {
            switch (part)
            {
                case (byte)'N':
                    AppendNounPhrase();
                    break;
                case (byte)'V':
                    AppendVerbPhrase();
                    break;
                case (byte)'P':
                    Append(_random.Next(_prepositions));
                    Append(" the "u8);
                    AppendNounPhrase();
                    break;
                case (byte)'T':
                    // Follows the last word without a space.
                    _next--;
                    AppendWord(_random.Next(_terminators));
                    break;
            }
        }
    }

    private void AppendNounPhrase()
    {
        foreach (byte part in _random.Next(_nounPhrases))
        {
            switch (part)
            {
                case (byte)'N': AppendWord(_random.Next(_nouns)); break;
                case (byte)'J': AppendWord(_random.Next(_adjectives)); break;
                case (byte)'D': AppendWord(_random.Next(_adverbs)); break;
                case (byte)',':
                    _next--;
                    Append(", "u8);
                    break;
            }
        }
    }

    private void AppendVerbPhrase()
    {
        foreach (byte part in _random.Next(_verbPhrases))
        {
            switch (part)
            {
                case (byte)'V': AppendWord(_random.Next(_verbs)); break;
                case (byte)'X': AppendWord(_random.Next(_auxiliaries)); break;
                case (byte)'D': AppendWord(_random.Next(_adverbs)); break;
            }
        }
    }

    private void AppendWord(byte[] word)
    {
        Append(word);
        *_next++ = (byte)' ';
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(new Span<byte>(_next, text.Length));
        _next += text.Length;
    }
}
