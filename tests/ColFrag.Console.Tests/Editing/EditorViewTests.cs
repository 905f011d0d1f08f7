using ColFrag.Console.Editing;

namespace ColFrag.Console.Tests.Editing;

public sealed class EditorViewTests
{
    private const int Columns = 12;
    private const int Rows = 9;

    /// <summary>
    /// Texts that change in random places: drawing what changed must leave what drawing everything shows.
    /// </summary>
    [Fact]
    public void Drawing_changes_shows_what_drawing_anew_shows()
    {
        string[] pieces = ["a", "bc", "\n", "日", "e\u0301", " ", "0123456789", "\n\n"];
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            VirtualScreen screen = new(Columns, Rows);
            EditorView view = new(screen);
            string text = "";
            for (int step = 0; step < 60; step++)
            {
                text = text.Insert(Border(text, random), pieces[random.Next(pieces.Length)]);
                if (random.Next(3) == 0)
                {
                    int[] ends = [Border(text, random), Border(text, random)];
                    text = text.Remove(ends.Min(), ends.Max() - ends.Min());
                }
                EditorLayout layout = Layout(text, Border(text, random));
                view.Show(layout);

                VirtualScreen fresh = new(Columns, Rows);
                new EditorView(fresh).Show(layout);
                int top = screen.Cursor.Row - fresh.Cursor.Row;
                // Everything from the first row of the edit down, so that nothing may be left below it.
                string shown = string.Join('\n', screen.Text.Split('\n').Skip(top)).TrimEnd('\n');
                Assert.True(shown == fresh.Text, $"seed {seed}, step {step}:\n{shown}\ninstead of\n{fresh.Text}");
                Assert.Equal(fresh.Cursor.Column, screen.Cursor.Column);
            }
        }
    }

    [Fact]
    public void What_was_printed_above_stays()
    {
        VirtualScreen screen = new(Columns, Rows);
        screen.Write("above\r\n");
        EditorView view = new(screen);
        view.Show(Layout("one\ntwo", 0));
        view.Show(Layout("1", 1));
        view.Leave();
        screen.Write("below");
        Assert.Equal("above\n> 1\nbelow", screen.Text);
    }

    private static EditorLayout Layout(string text, int cursor) =>
        EditorLayout.Of("> ", ". ", text, cursor, [], Columns, useColor: false);

    /// <summary>An offset between two characters as a reader sees them.</summary>
    private static int Border(string text, Random random)
    {
        int[] borders = [.. System.Globalization.StringInfo.ParseCombiningCharacters(text), text.Length];
        return borders[random.Next(borders.Length)];
    }
}
