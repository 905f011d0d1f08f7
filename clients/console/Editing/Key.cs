using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>Which key was pressed.</summary>
enum KeyCode
{
    /// <summary>A key that types <see cref="Key.Character"/>, perhaps with Control or Alt.</summary>
    Character,
    Enter,
    Tab,
    Backspace,
    Delete,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,

    /// <summary>Text that was pasted as a whole; <see cref="Key.Text"/> holds it.</summary>
    Paste,

    /// <summary>The window has another size now.</summary>
    Resize,

    /// <summary>No key will come any more.</summary>
    EndOfInput,

    /// <summary>A sequence that means nothing here.</summary>
    Unknown,
}

/// <summary>Keys held down with another.</summary>
[Flags]
enum KeyModifiers
{
    None = 0,
    Shift = 1,
    Alt = 2,
    Control = 4,
}

/// <summary>One key press, or a paste.</summary>
readonly record struct Key(
    KeyCode Code, KeyModifiers Modifiers = KeyModifiers.None, Rune Character = default, string Text = "")
{
    /// <summary>A letter with Control held.</summary>
    public static Key Control(char letter) => new(KeyCode.Character, KeyModifiers.Control, new Rune(letter));

    /// <summary>A letter with Alt held.</summary>
    public static Key Alt(char letter) => new(KeyCode.Character, KeyModifiers.Alt, new Rune(letter));

    /// <summary>A key that types something.</summary>
    public static Key Of(Rune character) => new(KeyCode.Character, KeyModifiers.None, character);

    public bool HasControl => (Modifiers & KeyModifiers.Control) != 0;

    public bool HasAlt => (Modifiers & KeyModifiers.Alt) != 0;
}
