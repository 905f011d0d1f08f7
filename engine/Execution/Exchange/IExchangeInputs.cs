namespace ColFrag.Engine.Execution.Exchange;

/// <summary>Where a run gets the rows of other stages: one for a task.</summary>
internal interface IExchangeInputs
{
    /// <summary>
    /// The task's share of a stage's rows, of all tasks of that stage, each complete. Where the node has an order, the
    /// source has one lane and merges what the tasks send; see <see cref="ExchangeSourceNode.Order"/>.
    /// </summary>
    Source Open(ExchangeSourceNode node, QueryRun run);
}
