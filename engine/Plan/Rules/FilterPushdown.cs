namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Asks every condition as early as possible: below projections, groupings and joins, down into scans. On the way cross
/// joins with a condition become inner joins, outer joins whose padded rows a condition drops become inner ones, and
/// marks that are only asked for become semi and anti joins.
/// </summary>
internal sealed class FilterPushdown : IPlanRule
{
    public string Name => "filter_pushdown";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => new Pusher(plan).Push(plan, []);

    /// <summary>Moves conditions through one plan.</summary>
    private sealed class Pusher
    {
        private readonly Dictionary<PlanColumn, int> _uses = [];

        public Pusher(LogicalNode plan)
        {
            foreach (LogicalNode node in plan.DescendantsAndSelf())
            {
                foreach (PlanColumn column in node.Expressions.SelectMany(PlanColumns.UsedBy))
                {
                    _uses[column] = _uses.GetValueOrDefault(column) + 1;
                }
            }
        }

        /// <summary>The plan under these conditions, all of which must be true.</summary>
        public LogicalNode Push(LogicalNode node, List<Expression> conditions)
        {
            switch (node)
            {
                case Filter filter:
                    // Those of the filter come first: they may guard the others.
                    return Push(filter.Input, [.. Conjunction.Split(filter.Predicate), .. conditions]);
                case Project project:
                    return PushProject(project, conditions);
                case Aggregate aggregate:
                    return PushAggregate(aggregate, conditions);
                case CrossJoin join:
                    return PushInner(join.Left, join.Right, conditions, null);
                case Join { AsOf: null } join:
                    return PushJoin(join, conditions);
                case SetOperation set:
                    return PushSetOperation(set, conditions);
                case Sort sort:
                    return sort with { Input = Push(sort.Input, conditions) };
                case Distinct distinct:
                    return PushThrough(distinct, conditions, c =>
                        distinct.Keys.IsEmpty
                            || PlanColumns.UsedBy(c).All(u => distinct.Keys.IndexOf(new ColumnUse(u)) >= 0));
                case Window window:
                    return PushThrough(window, conditions, c => PlanColumns.UsedBy(c).All(u =>
                        window.Calls.All(call => call.Call.PartitionBy.IndexOf(new ColumnUse(u)) >= 0)));
                case Unnest unnest:
                    HashSet<PlanColumn> ofInput = unnest.Input.OutputSet();
                    return PushThrough(unnest, conditions, c => PlanColumns.UsesOnly(c, ofInput));
                case MaterializedCte cte:
                    return cte with { Definition = Push(cte.Definition, []), Body = Push(cte.Body, conditions) };
                case Scan scan:
                    return conditions.Count == 0 ? scan : PushIntoScan(scan, conditions);
                case SourceScan scan:
                    return PushIntoSource(scan, conditions);
                case Empty:
                    return node;
                default:
                    return Above(node.MapInputs(input => Push(input, [])), conditions);
            }
        }

        private static LogicalNode Above(LogicalNode node, List<Expression> conditions)
        {
            if (conditions.Count == 0) return node;
            if (conditions.Any(c => c.IsNeverTrue())) return new Empty(node.Output);
            return new Filter(node, Conjunction.Of(conditions));
        }

        private static LogicalNode PushIntoScan(Scan scan, List<Expression> conditions)
        {
            if (conditions.Any(c => c.IsNeverTrue())) return new Empty(scan.Output);
            List<Expression> above = [.. conditions.Where(c => c.IsVolatile())];
            PlanList<Expression> filters = [.. scan.Filters, .. conditions.Where(c => !c.IsVolatile())];
            return Above(scan with { Filters = filters }, above);
        }

        private static LogicalNode PushIntoSource(SourceScan scan, List<Expression> conditions)
        {
            if (conditions.Count == 0) return scan;
            if (conditions.Any(c => c.IsNeverTrue())) return new Empty(scan.Output);
            List<Expression> above = [.. conditions.Where(c => c.IsVolatile())];
            PlanList<Expression> filters = [.. scan.Filters, .. conditions.Where(c => !c.IsVolatile())];
            return Above(scan with { Filters = filters }, above);
        }

        private LogicalNode PushThrough(UnaryNode node, List<Expression> conditions, Func<Expression, bool> mayPass)
        {
            List<Expression> below = [.. conditions.Where(c => !c.IsVolatile() && mayPass(c))];
            List<Expression> above = [.. conditions.Where(c => !below.Contains(c))];
            return Above(node with { Input = Push(node.Input, below) }, above);
        }

        private LogicalNode PushProject(Project project, List<Expression> conditions)
        {
            Dictionary<PlanColumn, Expression> values = [];
            foreach (NamedExpression column in project.Columns) values[column.Column] = column.Expression;
            List<Expression> below = [];
            List<Expression> above = [];
            foreach (Expression condition in conditions)
            {
                bool mayPass = PlanColumns.UsedBy(condition).All(
                    c => !values.TryGetValue(c, out Expression? value) || !value.IsVolatile());
                if (mayPass) below.Add(PlanColumns.Substitute(condition, values));
                else above.Add(condition);
            }
            return Above(project with { Input = Push(project.Input, below) }, above);
        }

        private LogicalNode PushAggregate(Aggregate aggregate, List<Expression> conditions)
        {
            Dictionary<PlanColumn, Expression> keys = [];
            for (int i = 0; i < aggregate.Keys.Count; i++)
            {
                // Outside a grouping set the key is NULL, which is not what the rows below have.
                bool isInEverySet = aggregate.GroupingSets.All(set => set.IndexOf(i) >= 0);
                NamedExpression key = aggregate.Keys[i];
                if (isInEverySet && !key.Expression.IsVolatile()) keys[key.Column] = key.Expression;
            }
            List<Expression> below = [];
            List<Expression> above = [];
            foreach (Expression condition in conditions)
            {
                bool isOverKeys = PlanColumns.UsedBy(condition).Any()
                    && PlanColumns.UsedBy(condition).All(keys.ContainsKey);
                if (isOverKeys && !condition.IsVolatile()) below.Add(PlanColumns.Substitute(condition, keys));
                else above.Add(condition);
            }
            return Above(aggregate with { Input = Push(aggregate.Input, below) }, above);
        }

        private LogicalNode PushSetOperation(SetOperation set, List<Expression> conditions)
        {
            List<Expression> below = [.. conditions.Where(c => !c.IsVolatile())];
            List<Expression> above = [.. conditions.Where(c => c.IsVolatile())];
            LogicalNode[] operands = new LogicalNode[set.Operands.Count];
            for (int i = 0; i < operands.Length; i++)
            {
                PlanList<PlanColumn> output = set.Operands[i].Output;
                Dictionary<PlanColumn, Expression> columns = [];
                for (int c = 0; c < output.Count; c++) columns[set.Columns[c]] = new ColumnUse(output[c]);
                LogicalNode operand = set.Operands[i];
                LogicalNode pushed = Push(operand, [.. below.Select(c => PlanColumns.Substitute(c, columns))]);
                operands[i] = pushed;
            }
            return Above(set with { Operands = operands.ToPlanList() }, above);
        }

        private LogicalNode PushInner(LogicalNode left, LogicalNode right, List<Expression> conditions, Join? original)
        {
            if (conditions.Any(c => c.IsNeverTrue())) return new Empty([.. left.Output, .. right.Output]);
            HashSet<PlanColumn> ofLeft = left.OutputSet();
            HashSet<PlanColumn> ofRight = right.OutputSet();
            List<Expression> forLeft = [];
            List<Expression> forRight = [];
            List<Expression> between = [];
            foreach (Expression condition in conditions)
            {
                if (condition.IsVolatile()) between.Add(condition);
                else if (PlanColumns.UsesOnly(condition, ofLeft)) forLeft.Add(condition);
                else if (PlanColumns.UsesOnly(condition, ofRight)) forRight.Add(condition);
                else between.Add(condition);
            }
            left = Push(left, forLeft);
            right = Push(right, forRight);
            if (IsOneEmptyRow(left) && between.Count == 0) return right;
            if (IsOneEmptyRow(right) && between.Count == 0) return left;
            if (between.Count == 0) return new CrossJoin(left, right);
            (PlanList<JoinKey> keys, Expression? residual) =
                Binding.JoinConditions.Split(Conjunction.Of(between), left.Output, right.Output);
            Join join = original ?? new Join(left, right, JoinKind.Inner, default, null, null);
            return join with { Left = left, Right = right, Kind = JoinKind.Inner, Keys = keys, Residual = residual };
        }

        private static bool IsOneEmptyRow(LogicalNode node) => node is Values { Rows.Count: 1, Columns.IsEmpty: true };

        private LogicalNode PushJoin(Join join, List<Expression> conditions)
        {
            HashSet<PlanColumn> ofLeft = join.Left.OutputSet();
            HashSet<PlanColumn> ofRight = join.Right.OutputSet();
            join = Strengthen(join, conditions, ofLeft, ofRight);
            switch (join.Kind)
            {
                case JoinKind.Inner:
                    IEnumerable<Expression> own = join.Keys.Select(ConditionOf);
                    if (join.Residual is not null) own = own.Concat(Conjunction.Split(join.Residual));
                    return PushInner(join.Left, join.Right, [.. own, .. conditions], join);
                case JoinKind.Right:
                    return PushOuter(Mirror(join), conditions, join.Output);
                case JoinKind.Left or JoinKind.Single:
                    return PushOuter(join, conditions, join.Output);
                case JoinKind.Mark:
                    return PushMark(join, conditions, ofLeft);
                case JoinKind.Semi or JoinKind.Anti:
                    return PushSemi(join, conditions, ofRight);
                default:
                    return Above(join.MapInputs(input => Push(input, [])), conditions);
            }
        }

        private static Expression ConditionOf(JoinKey key) => key.NullsAreEqual
            ? new IsDistinct(key.Left, key.Right, true)
            : new Comparison(ComparisonOperator.Equal, key.Left, key.Right);

        private static Join Mirror(Join join) => join with
        {
            Left = join.Right, Right = join.Left, Kind = JoinKind.Left,
            Keys = join.Keys.Map(k => k with { Left = k.Right, Right = k.Left }),
        };

        // A condition that a padded row cannot meet makes the padding pointless.
        private static Join Strengthen(
            Join join, List<Expression> conditions, HashSet<PlanColumn> ofLeft, HashSet<PlanColumn> ofRight)
        {
            bool rejectsLeft = conditions.Any(c => c.RejectsNulls(ofLeft));
            bool rejectsRight = conditions.Any(c => c.RejectsNulls(ofRight));
            JoinKind kind = (join.Kind, rejectsLeft, rejectsRight) switch
            {
                (JoinKind.Left, _, true) => JoinKind.Inner,
                (JoinKind.Right, true, _) => JoinKind.Inner,
                (JoinKind.Full, true, true) => JoinKind.Inner,
                (JoinKind.Full, true, false) => JoinKind.Left,
                (JoinKind.Full, false, true) => JoinKind.Right,
                _ => join.Kind,
            };
            return kind == join.Kind ? join : join with { Kind = kind };
        }

        // Left or Single: the left rows all come through, so conditions on them go down; those of ON that see only the
        // right side decide which right rows are partners.
        private LogicalNode PushOuter(Join join, List<Expression> conditions, PlanList<PlanColumn> output)
        {
            HashSet<PlanColumn> ofLeft = join.Left.OutputSet();
            HashSet<PlanColumn> ofRight = join.Right.OutputSet();
            List<Expression> forLeft = [.. conditions.Where(c => !c.IsVolatile() && PlanColumns.UsesOnly(c, ofLeft))];
            List<Expression> above = [.. conditions.Where(c => !forLeft.Contains(c))];
            (List<Expression> forRight, Expression? residual) = SplitResidual(join, ofRight);
            LogicalNode left = Push(join.Left, forLeft);
            LogicalNode right = Push(join.Right, forRight);
            LogicalNode pushed = join with { Left = left, Right = right, Residual = residual };
            // A right join that became a left one has its columns the other way round; a mark that was only asked for by
            // the condition is gone.
            HashSet<PlanColumn> given = pushed.OutputSet();
            PlanList<PlanColumn> wanted = [.. output.Where(given.Contains)];
            if (pushed.Output != wanted)
                pushed = new Project(pushed, wanted.Map(c => new NamedExpression(c, new ColumnUse(c))));
            return Above(pushed, above);
        }

        private static (List<Expression> ForRight, Expression? Residual) SplitResidual(
            Join join, HashSet<PlanColumn> ofRight)
        {
            if (join.Residual is null) return ([], null);
            List<Expression> forRight = [];
            List<Expression> rest = [];
            foreach (Expression condition in Conjunction.Split(join.Residual))
            {
                bool goesDown = !condition.IsVolatile() && PlanColumns.UsesOnly(condition, ofRight);
                (goesDown ? forRight : rest).Add(condition);
            }
            return (forRight, rest.Count == 0 ? null : Conjunction.Of(rest));
        }

        private LogicalNode PushMark(Join join, List<Expression> conditions, HashSet<PlanColumn> ofLeft)
        {
            ColumnUse mark = new(join.Mark!);
            bool isAskedOnce = _uses.GetValueOrDefault(join.Mark!) == 1;
            if (isAskedOnce && conditions.Contains(mark))
            {
                conditions = [.. conditions.Where(c => !c.Equals(mark))];
                // A membership that is unknown is no membership.
                return PushSemi(join with { Kind = JoinKind.Semi, Mark = null, IsNullAware = false }, conditions,
                    join.Right.OutputSet());
            }
            Not notMark = new(mark);
            if (isAskedOnce && conditions.Contains(notMark))
            {
                conditions = [.. conditions.Where(c => !c.Equals(notMark))];
                return PushSemi(join with { Kind = JoinKind.Anti, Mark = null, IsNullAware = NeedsNullAwareness(join) },
                    conditions, join.Right.OutputSet());
            }
            List<Expression> forLeft = [.. conditions.Where(c => !c.IsVolatile() && PlanColumns.UsesOnly(c, ofLeft))];
            List<Expression> above = [.. conditions.Where(c => !forLeft.Contains(c))];
            Join pushed = join with { Left = Push(join.Left, forLeft), Right = Push(join.Right, []) };
            return Above(pushed, above);
        }

        private static bool NeedsNullAwareness(Join join) => join.IsNullAware && join.Keys.Any(k =>
            !Nullability.IsNeverNull(join.Left, k.Left) || !Nullability.IsNeverNull(join.Right, k.Right)) ||
            (join.IsNullAware && join.Residual is not null);

        private LogicalNode PushSemi(Join join, List<Expression> conditions, HashSet<PlanColumn> ofRight)
        {
            List<Expression> forLeft = [.. conditions.Where(c => !c.IsVolatile())];
            List<Expression> above = [.. conditions.Where(c => c.IsVolatile())];
            // A null-aware join must see every right row: one NULL makes all answers unknown.
            (List<Expression> forRight, Expression? residual) = join.IsNullAware
                ? ([], join.Residual)
                : SplitResidual(join, ofRight);
            if (join.Kind == JoinKind.Semi && residual is not null)
            {
                HashSet<PlanColumn> ofLeft = join.Left.OutputSet();
                List<Expression> rest = [];
                foreach (Expression condition in Conjunction.Split(residual))
                {
                    bool goesLeft = !condition.IsVolatile() && PlanColumns.UsesOnly(condition, ofLeft);
                    (goesLeft ? forLeft : rest).Add(condition);
                }
                residual = rest.Count == 0 ? null : Conjunction.Of(rest);
            }
            Join pushed =
                join with { Left = Push(join.Left, forLeft), Right = Push(join.Right, forRight), Residual = residual };
            return Above(pushed, above);
        }
    }
}
