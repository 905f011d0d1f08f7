namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Puts the values of parameters in their places: a plan is made for each execution, so rules may know them. A
/// condition <c>key = $1</c> then skips blocks and finds keys as <c>key = 42</c> does.
/// </summary>
internal sealed class ParameterValues : IPlanRule
{
    public string Name => "parameter_values";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context)
    {
        if (context.Parameters.Count == 0) return plan;
        return plan.RewriteUp(node => node is ChangeNode
            // Checks and conflict actions are the executor's, over columns of their own.
            ? node
            : node.MapExpressions(expression => expression.RewriteUp(e => ValueOf(e, context))));
    }

    // The session has given every value the type of its parameter.
    private static Expression ValueOf(Expression expression, OptimizerContext context) =>
        expression is Parameter parameter && parameter.Number <= context.Parameters.Count &&
        context.Parameters[parameter.Number - 1] is { } value && value.Type.Equals(parameter.Type)
            ? new Constant(value) { Position = parameter.Position }
            : expression;
}
