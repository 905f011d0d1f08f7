using System.Data.Common;

namespace ColFrag.Data;

/// <summary>Fills data sets from commands.</summary>
public sealed class ColFragDataAdapter : DbDataAdapter
{
    /// <summary>An adapter without commands.</summary>
    public ColFragDataAdapter()
    {
    }

    /// <summary>An adapter that fills with a command.</summary>
    public ColFragDataAdapter(ColFragCommand selectCommand) => SelectCommand = selectCommand;
}
