using System.Text;
using ColFrag.Console.Editing;

namespace ColFrag.Console.Tests.Editing;

public sealed class KeyDecoderTests
{
    [Theory]
    [InlineData("\r", nameof(KeyCode.Enter), nameof(KeyModifiers.None))]
    [InlineData("\t", nameof(KeyCode.Tab), nameof(KeyModifiers.None))]
    [InlineData("\x7f", nameof(KeyCode.Backspace), nameof(KeyModifiers.None))]
    [InlineData("\e[A", nameof(KeyCode.Up), nameof(KeyModifiers.None))]
    [InlineData("\eOA", nameof(KeyCode.Up), nameof(KeyModifiers.None))]
    [InlineData("\e[1;5C", nameof(KeyCode.Right), nameof(KeyModifiers.Control))]
    [InlineData("\e[1;3D", nameof(KeyCode.Left), nameof(KeyModifiers.Alt))]
    [InlineData("\e[H", nameof(KeyCode.Home), nameof(KeyModifiers.None))]
    [InlineData("\e[4~", nameof(KeyCode.End), nameof(KeyModifiers.None))]
    [InlineData("\e[3~", nameof(KeyCode.Delete), nameof(KeyModifiers.None))]
    [InlineData("\e[3;5~", nameof(KeyCode.Delete), nameof(KeyModifiers.Control))]
    [InlineData("\e[Z", nameof(KeyCode.Tab), nameof(KeyModifiers.Shift))]
    [InlineData("\e\r", nameof(KeyCode.Enter), nameof(KeyModifiers.Alt))]
    [InlineData("\e\x7f", nameof(KeyCode.Backspace), nameof(KeyModifiers.Alt))]
    [InlineData("\e[13;2u", nameof(KeyCode.Enter), nameof(KeyModifiers.Shift))]
    [InlineData("\e[?99$y", nameof(KeyCode.Unknown), nameof(KeyModifiers.None))]
    public void Sequences_of_terminals_are_keys(string bytes, string code, string modifiers)
    {
        Key key = Assert.Single(Decode(bytes));
        Assert.Equal((code, modifiers), (key.Code.ToString(), key.Modifiers.ToString()));
    }

    [Fact]
    public void Control_bytes_are_letters_with_control()
    {
        Assert.Equal([Key.Control('a'), Key.Control('z'), Key.Control('_')], Decode("\x01\x1a\x1f"));
        Assert.Equal([Key.Alt('b')], Decode("\eb"));
    }

    [Fact]
    public void Text_of_several_bytes_is_one_key_each() =>
        Assert.Equal("äß日😀".EnumerateRunes().Select(Key.Of), Decode("äß日😀"));

    [Theory]
    [InlineData("\e[1;5C")]
    [InlineData("日😀")]
    [InlineData("\e[200~a\r\nb\e[201~")]
    public void It_does_not_matter_where_reads_are_cut(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        List<Key> expected = Decode(text);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            KeyDecoder decoder = new();
            List<Key> keys = [];
            decoder.Append(bytes.AsSpan(0, cut));
            while (decoder.TryRead(isQuiet: false, out Key key)) keys.Add(key);
            decoder.Append(bytes.AsSpan(cut));
            while (decoder.TryRead(isQuiet: false, out Key key)) keys.Add(key);
            Assert.Equal(expected, keys);
        }
    }

    [Fact]
    public void A_paste_is_one_key_with_unix_lines()
    {
        Key key = Assert.Single(Decode("\e[200~select 1;\r\nselect '\t';\r\e[201~"));
        Assert.Equal((KeyCode.Paste, "select 1;\nselect '\t';\n"), (key.Code, key.Text));
    }

    [Fact]
    public void A_lone_escape_is_a_key_only_when_nothing_follows()
    {
        KeyDecoder decoder = new();
        decoder.Append("\e"u8);
        Assert.False(decoder.TryRead(isQuiet: false, out _));
        Assert.True(decoder.TryRead(isQuiet: true, out Key key));
        Assert.Equal(KeyCode.Escape, key.Code);
        Assert.False(decoder.HasPending);
    }

    [Fact]
    public void Any_bytes_give_keys_and_come_to_an_end()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            byte[] bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);
            // Escapes and brackets are rare in random bytes, and what matters here.
            for (int i = 0; i < bytes.Length; i++) if (random.Next(3) == 0) bytes[i] = "\e[O~0;"u8[random.Next(6)];
            KeyDecoder decoder = new();
            decoder.Append(bytes);
            int count = 0;
            while (decoder.TryRead(isQuiet: true, out _)) Assert.True(++count <= bytes.Length, $"seed {seed}");
        }
    }

    private static List<Key> Decode(string text)
    {
        KeyDecoder decoder = new();
        decoder.Append(Encoding.UTF8.GetBytes(text));
        List<Key> keys = [];
        while (decoder.TryRead(isQuiet: false, out Key key)) keys.Add(key);
        Assert.False(decoder.HasPending);
        return keys;
    }
}
