using System.Text;
using ColFrag.Engine;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>Values of results as text.</summary>
static class CellText
{
    /// <summary>The text form of a value that is not NULL, with dates and times as the session prints them.</summary>
    public static string Of(ResultBatch batch, int column, int row, LogicalType type, MomentText moments) =>
        type.Kind switch
        {
            TypeKind.Varchar or TypeKind.Json or TypeKind.Bit => Encoding.UTF8.GetString(batch.GetUtf8(column, row)),
            _ => ValueText.Format(batch.GetValue(column, row), moments),
        };

    /// <summary>How a session prints dates and times.</summary>
    public static MomentText MomentsOf(ISession session)
    {
        DateStyle style = default;
        string zone = "UTC";
        foreach ((string name, string value) in session.ReportedSettings)
        {
            if (name == "datestyle") style = DateStyle.Parse(value);
            else if (name == "timezone") zone = value;
        }
        // A server may know zones that this program does not.
        return (TimeZoneRules.TryFind(zone) ?? TimeZoneRules.Utc).TextOf(style);
    }

    /// <summary>On one line: control characters as they are written in SQL's E'' texts.</summary>
    public static string OnOneLine(string text)
    {
        ReadOnlySpan<char> characters = text;
        bool hasControl = characters.ContainsAnyInRange('\0', '\x1F') || characters.ContainsAnyInRange('\x7F', '\x9F');
        if (!hasControl) return text;
        StringBuilder line = new(text.Length + 8);
        foreach (char c in text)
        {
            line.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }
        return line.ToString();
    }
}
