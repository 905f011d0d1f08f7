using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>
/// Writers of text that a client of the session gets as the session prints dates and times. Files do not depend on who
/// writes them: there all is ISO, in UTC.
/// </summary>
internal interface IMomentTaker
{
    /// <summary>How dates and times are printed; ISO, in UTC, until it is set.</summary>
    MomentText Moments { set; }
}
