namespace ColFrag.Console.Editing;

/// <summary>A screen with a keyboard, as the line editor needs it. A test has its own.</summary>
interface ITerminal
{
    /// <summary>Cells in a row.</summary>
    int Columns { get; }

    /// <summary>Rows on the screen.</summary>
    int Rows { get; }

    /// <summary>Until disposed, keys come one by one, unprinted, and Control-C is a key.</summary>
    IDisposable BeginKeys();

    /// <summary>Waits for a key.</summary>
    Key ReadKey();

    /// <summary>Prints text and VT sequences.</summary>
    void Write(string text);
}
