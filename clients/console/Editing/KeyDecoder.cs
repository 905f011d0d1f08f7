using System.Buffers;
using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>
/// Turns what a terminal sends in raw mode into keys: UTF-8 text, control bytes, escape sequences of xterm and its kin
/// (ECMA-48 CSI, SS3), and text between the brackets of a paste.
/// </summary>
sealed class KeyDecoder
{
    private const byte Escape = 0x1B;
    private const byte BackspaceByte = 0x7F;

    private readonly List<byte> _bytes = [];

    /// <summary>True when bytes wait that do not make a key yet.</summary>
    public bool HasPending => _bytes.Count > 0;

    /// <summary>Adds what was read.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    /// <summary>The next key, if the bytes make one.</summary>
    /// <param name="isQuiet">
    /// True when nothing followed for a while: then a lone escape byte is the Escape key, not the start of a sequence.
    /// </param>
    /// <param name="key">The key.</param>
    public bool TryRead(bool isQuiet, out Key key)
    {
        key = default;
        if (_bytes.Count == 0) return false;
        int used = _bytes[0] == Escape ? DecodeEscape(isQuiet, out key) : DecodePlain(0, isQuiet, out key);
        if (used == 0) return false;
        _bytes.RemoveRange(0, used);
        return true;
    }

    /// <summary>A byte that starts no sequence. Gives the number of bytes used; 0 = more are needed.</summary>
    private int DecodePlain(int at, bool isQuiet, out Key key)
    {
        byte first = _bytes[at];
        switch (first)
        {
            case (byte)'\r' or (byte)'\n':
                key = new Key(KeyCode.Enter);
                return 1;
            case (byte)'\t':
                key = new Key(KeyCode.Tab);
                return 1;
            case BackspaceByte or 0x08:
                key = new Key(KeyCode.Backspace);
                return 1;
            case < 0x20:
                // Control keeps the low five bits of a letter: 1 is Control-A, 31 is Control-underscore.
                key = Key.Control(first is >= 1 and <= 26 ? (char)(first + 'a' - 1) : (char)(first + '@'));
                return 1;
        }
        Span<byte> text = stackalloc byte[4];
        int length = Math.Min(4, _bytes.Count - at);
        for (int i = 0; i < length; i++) text[i] = _bytes[at + i];
        OperationStatus status = Rune.DecodeFromUtf8(text[..length], out Rune rune, out int used);
        if (status == OperationStatus.NeedMoreData && !isQuiet)
        {
            key = default;
            return 0;
        }
        key = Key.Of(rune);
        return used;
    }

    private int DecodeEscape(bool isQuiet, out Key key)
    {
        key = new Key(KeyCode.Escape);
        if (_bytes.Count == 1) return isQuiet ? 1 : 0;
        switch (_bytes[1])
        {
            case (byte)'[':
                return DecodeSequence(isQuiet, out key);
            case (byte)'O':
                if (_bytes.Count == 2)
                {
                    key = Key.Alt('O');
                    return isQuiet ? 2 : 0;
                }
                key = new Key(NamedByLetter(_bytes[2]));
                return 3;
            case Escape:
                // Escape pressed twice, or before a sequence: the first stands alone.
                return 1;
            default:
                int used = DecodePlain(1, isQuiet, out key);
                key = key with { Modifiers = key.Modifiers | KeyModifiers.Alt };
                return used == 0 ? 0 : used + 1;
        }
    }

    /// <summary>ESC [ parameters final-byte</summary>
    private int DecodeSequence(bool isQuiet, out Key key)
    {
        key = new Key(KeyCode.Unknown);
        int end = 2;
        while (end < _bytes.Count && _bytes[end] is >= 0x20 and < 0x40) end++;
        if (end == _bytes.Count) return isQuiet ? end : 0;

        byte final = _bytes[end];
        string[] parameters = Encoding.ASCII.GetString([.. _bytes[2..end]]).Split(';');
        int length = end + 1;
        if (final == '~' && parameters[0] == "200") return DecodePaste(length, out key);
        KeyModifiers modifiers = parameters.Length > 1 && int.TryParse(parameters[1], out int mask) && mask > 0
            ? (KeyModifiers)((mask - 1) & 7)
            : KeyModifiers.None;
        key = final switch
        {
            (byte)'Z' => new Key(KeyCode.Tab, KeyModifiers.Shift),
            (byte)'u' => KeyByCodePoint(parameters[0], modifiers),
            (byte)'~' => new Key(NamedByNumber(parameters[0]), modifiers),
            _ => new Key(NamedByLetter(final), modifiers),
        };
        return length;
    }

    /// <summary>Everything up to ESC [ 201 ~; until that has come there is no key.</summary>
    private int DecodePaste(int start, out Key key)
    {
        ReadOnlySpan<byte> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        int length = all[start..].IndexOf("\e[201~"u8);
        if (length < 0)
        {
            key = default;
            return 0;
        }
        string text = Encoding.UTF8.GetString(all.Slice(start, length))
            .Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        key = new Key(KeyCode.Paste, Text: text);
        return start + length + "\e[201~"u8.Length;
    }

    private static Key KeyByCodePoint(string parameter, KeyModifiers modifiers)
    {
        if (!int.TryParse(parameter, out int codePoint) || !Rune.IsValid(codePoint)) return new Key(KeyCode.Unknown);
        return codePoint switch
        {
            '\r' => new Key(KeyCode.Enter, modifiers),
            '\t' => new Key(KeyCode.Tab, modifiers),
            Escape => new Key(KeyCode.Escape, modifiers),
            BackspaceByte => new Key(KeyCode.Backspace, modifiers),
            _ => new Key(KeyCode.Character, modifiers, new Rune(codePoint)),
        };
    }

    private static KeyCode NamedByLetter(byte final) => final switch
    {
        (byte)'A' => KeyCode.Up,
        (byte)'B' => KeyCode.Down,
        (byte)'C' => KeyCode.Right,
        (byte)'D' => KeyCode.Left,
        (byte)'F' => KeyCode.End,
        (byte)'H' => KeyCode.Home,
        (byte)'M' => KeyCode.Enter,
        _ => KeyCode.Unknown,
    };

    private static KeyCode NamedByNumber(string parameter) => parameter switch
    {
        "1" or "7" => KeyCode.Home,
        "4" or "8" => KeyCode.End,
        "3" => KeyCode.Delete,
        "5" => KeyCode.PageUp,
        "6" => KeyCode.PageDown,
        _ => KeyCode.Unknown,
    };
}
