using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>What COPY takes for itself of its options; the format's reader or writer takes the others.</summary>
internal sealed record CopyOptions
{
    /// <summary>The format, where it was named.</summary>
    public FileFormat? Format { get; private init; }

    /// <summary>Name of the load in <c>colfrag_loads</c>.</summary>
    public string? LoadId { get; private init; }

    /// <summary>What the client's stream is called in errors and rejects.</summary>
    public string InputName { get; private init; } = "stdin";

    /// <summary>True where the client named its stream.</summary>
    public bool HasInputName { get; private init; }

    /// <summary>Where rejected rows go; null for the table's own.</summary>
    public string? RejectsTable { get; private init; }

    /// <summary>The options of the format.</summary>
    public required SourceOptions Others { get; init; }

    /// <summary>Parts the options.</summary>
    public static CopyOptions Split(PlanList<DescribedSetting> settings)
    {
        List<KeyValuePair<string, Value>> others = [];
        CopyOptions taken = new() { Others = new SourceOptions() };
        foreach (DescribedSetting setting in settings)
        {
            switch (setting.Name)
            {
                case "format":
                    taken = taken with { Format = FormatOf(setting) };
                    break;
                case "load_id":
                    taken = taken with { LoadId = setting.Value.ToString() };
                    break;
                case "input_name":
                    taken = taken with { InputName = setting.Value.ToString(), HasInputName = true };
                    break;
                case "rejects_table":
                    taken = taken with { RejectsTable = setting.Value.ToString() };
                    break;
                default:
                    others.Add(KeyValuePair.Create(setting.Name, setting.Value));
                    break;
            }
        }
        bool saysWhat = others.Exists(o => o.Key is "on_error" or "store_rejects" or "ignore_errors");
        if (taken.RejectsTable is not null && !saysWhat)
            others.Add(KeyValuePair.Create("store_rejects", Value.Boolean(true)));
        return taken with { Others = new SourceOptions(others) };
    }

    private static FileFormat FormatOf(DescribedSetting setting)
    {
        try
        {
            return FileFormats.ParseOrThrow(setting.Value.ToString());
        }
        catch (QueryException error)
        {
            throw error.At(setting.Position);
        }
    }
}
