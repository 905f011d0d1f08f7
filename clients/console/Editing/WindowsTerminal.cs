using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>A terminal through .NET's own console: Windows, where keys come as events and not as bytes.</summary>
sealed class WindowsTerminal : ITerminal
{
    public int Columns => System.Console.WindowWidth is > 0 and int width ? width : 80;

    public int Rows => System.Console.WindowHeight is > 0 and int height ? height : 24;

    public IDisposable BeginKeys()
    {
        System.Console.TreatControlCAsInput = true;
        return new ControlCAgain();
    }

    public Key ReadKey()
    {
        ConsoleKeyInfo info = System.Console.ReadKey(intercept: true);
        KeyModifiers modifiers = KeyModifiers.None;
        if ((info.Modifiers & ConsoleModifiers.Shift) != 0) modifiers |= KeyModifiers.Shift;
        if ((info.Modifiers & ConsoleModifiers.Alt) != 0) modifiers |= KeyModifiers.Alt;
        if ((info.Modifiers & ConsoleModifiers.Control) != 0) modifiers |= KeyModifiers.Control;
        KeyCode code = info.Key switch
        {
            ConsoleKey.Enter => KeyCode.Enter,
            ConsoleKey.Tab => KeyCode.Tab,
            ConsoleKey.Backspace => KeyCode.Backspace,
            ConsoleKey.Delete => KeyCode.Delete,
            ConsoleKey.Escape => KeyCode.Escape,
            ConsoleKey.UpArrow => KeyCode.Up,
            ConsoleKey.DownArrow => KeyCode.Down,
            ConsoleKey.LeftArrow => KeyCode.Left,
            ConsoleKey.RightArrow => KeyCode.Right,
            ConsoleKey.Home => KeyCode.Home,
            ConsoleKey.End => KeyCode.End,
            ConsoleKey.PageUp => KeyCode.PageUp,
            ConsoleKey.PageDown => KeyCode.PageDown,
            _ => KeyCode.Character,
        };
        if (code != KeyCode.Character) return new Key(code, modifiers);
        if (info.KeyChar is >= '\x01' and <= '\x1A') return Key.Control((char)(info.KeyChar + 'a' - 1));
        if (info.KeyChar == 0) return new Key(KeyCode.Unknown);
        // Characters beyond 16 bits come as two events.
        Rune rune = char.IsHighSurrogate(info.KeyChar)
            ? new Rune(info.KeyChar, System.Console.ReadKey(intercept: true).KeyChar)
            : new Rune(info.KeyChar);
        // Right Alt types characters on many keyboards and is reported as Control with Alt.
        return new Key(KeyCode.Character, modifiers == KeyModifiers.Alt ? modifiers : KeyModifiers.None, rune);
    }

    public void Write(string text)
    {
        System.Console.Out.Write(text);
        System.Console.Out.Flush();
    }

    private sealed class ControlCAgain : IDisposable
    {
        public void Dispose() => System.Console.TreatControlCAsInput = false;
    }
}
