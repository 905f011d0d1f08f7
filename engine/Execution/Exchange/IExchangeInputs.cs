namespace ColFrag.Engine.Execution.Exchange;

/// <summary>Where a run gets the rows of other stages: one for a task.</summary>
internal interface IExchangeInputs
{
    /// <summary>The task's share of the rows of all tasks of a stage, each of them complete, in any order.</summary>
    Source Open(ExchangeSourceNode node, QueryRun run);
}
