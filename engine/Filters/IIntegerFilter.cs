namespace ColFrag.Engine.Filters;

/// <summary>A filter that can be asked about one integer, so that a run of equal ones is tested once.</summary>
internal interface IIntegerFilter
{
    /// <summary>True when it can: filters made of others may not.</summary>
    bool CanTest => true;

    /// <summary>True when the value passes.</summary>
    bool Passes(Int128 value);
}
