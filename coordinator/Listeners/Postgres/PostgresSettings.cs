using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>Settings that a client is told about, and what they mean for the rows that it gets as text.</summary>
internal sealed class PostgresSettings(PostgresWriter writer)
{
    private DateStyle _style;
    private string _zone = "UTC";
    private MomentText _moments = MomentText.Iso;

    /// <summary>How dates and times are printed from now on.</summary>
    public MomentText Moments() => _moments;

    /// <summary>Tells the client the value of a setting.</summary>
    public void Report(string name, string value)
    {
        writer.Begin('S');
        writer.WriteText(NameOf(name));
        writer.WriteText(value);
        writer.End();
        if (name is not ("datestyle" or "timezone")) return;
        if (name == "datestyle") _style = DateStyle.Parse(value);
        else _zone = value;
        _moments = TimeZoneRules.Find(_zone).TextOf(_style);
    }

    /// <summary>Clients look for these names with PostgreSQL's capitals.</summary>
    private static string NameOf(string name) => name switch
    {
        "datestyle" => "DateStyle",
        "timezone" => "TimeZone",
        "intervalstyle" => "IntervalStyle",
        _ => name,
    };
}
