using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// Reads what <see cref="PlanWriter"/> writes and checks what operators rely on: positions lie inside the columns
/// below, and expressions have the types they say. Damage gives <see cref="CorruptDataException"/>.
/// </summary>
internal sealed class PlanReader(MessagePackReader source, PlanReadContext context)
{
    private const int MaxColumns = 65_535;
    private const int MaxSegments = 1 << 24;

    public PlanReadContext Context => context;

    /// <summary>The bytes.</summary>
    public MessagePackReader Source => source;

    /// <summary>Begins the fields of a node or expression; returns how many there are.</summary>
    public int Begin(int atLeast) => source.ReadArrayHeader(min: atLeast);

    public bool ReadBool() => source.ReadBool();

    public long ReadInt64() => source.ReadInt64();

    public int ReadInt32() => source.ReadInt32();

    public double ReadDouble() => source.ReadDouble();

    public string ReadString() => source.ReadString();

    /// <summary>A number from 0.</summary>
    public int ReadCount() => source.ReadCount(int.MaxValue);

    /// <summary>A number of rows from 0.</summary>
    public long ReadRows() => source.ReadInt64(0, long.MaxValue);

    public T ReadEnum<T>() where T : struct, Enum => source.ReadEnum<T>();

    public Schema ReadSchema() => source.ReadSchema();

    public LogicalType ReadType() => source.ReadType();

    public Value ReadValue() => source.ReadValue();

    /// <summary>The one input of a node.</summary>
    public PhysicalNode Only(PhysicalNode[] inputs)
    {
        source.ThrowUnless(inputs.Length == 1, "number of inputs");
        return inputs[0];
    }

    /// <summary>Refuses inputs of a leaf.</summary>
    public void None(PhysicalNode[] inputs) => source.ThrowUnless(inputs.Length == 0, "number of inputs");

    /// <summary>Refuses what does not hold.</summary>
    public void Check([DoesNotReturnIf(false)] bool holds, string what) => source.ThrowUnless(holds, what);

    /// <summary>A position below a count.</summary>
    public int ReadPosition(int count) => (int)source.ReadInt64(0, count - 1);

    /// <summary>A position below a count, or -1.</summary>
    public int ReadPositionOrNone(int count) => (int)source.ReadInt64(-1, count - 1);

    /// <summary>Refuses columns of other types.</summary>
    public void CheckTypes(Schema columns, PlanList<LogicalType> types)
    {
        bool fits = columns.Count == types.Count;
        for (int i = 0; fits && i < types.Count; i++) fits = columns[i].Type.Equals(types[i]);
        source.ThrowUnless(fits, "types of columns");
    }

    /// <summary>Refuses values of two types that have no order together.</summary>
    public void CheckComparable(LogicalType left, LogicalType right)
    {
        bool areDecimals = left.Kind == TypeKind.Decimal && right.Kind == TypeKind.Decimal;
        source.ThrowUnless(left.Equals(right) || (areDecimals && left.Scale == right.Scale), "types of a comparison");
    }

    /// <summary>Refuses columns that a join of two sides does not make.</summary>
    public void CheckJoin(JoinKind kind, Schema left, Schema right, Schema columns)
    {
        IEnumerable<Field> fields = kind switch
        {
            JoinKind.Semi or JoinKind.Anti => left.Fields,
            JoinKind.Mark => left.Fields.Append(new Field("mark", LogicalType.Boolean)),
            _ => left.Fields.Concat(right.Fields),
        };
        CheckTypes(columns, [.. fields.Select(f => f.Type)]);
    }

    /// <summary>Positions from <paramref name="least"/> to below <paramref name="count"/>.</summary>
    public PlanList<int> ReadPositions(int count, int least = 0)
    {
        int[] positions = new int[source.ReadArrayHeader(max: MaxColumns)];
        for (int i = 0; i < positions.Length; i++) positions[i] = (int)source.ReadInt64(least, count - 1);
        return [.. positions];
    }

    private PlanList<int> ReadPlaces() =>
        [.. source.ReadList(static s => (int)s.ReadInt64(-1, int.MaxValue), MaxSegments)];

    public PlanList<SortColumn> ReadSortColumns(Schema columns) => [.. source.ReadList(
        s =>
        {
            s.ReadArrayHeader(min: 3);
            return new SortColumn((int)s.ReadInt64(0, columns.Count - 1), s.ReadBool(), s.ReadBool());
        },
        MaxColumns)];

    /// <summary>
    /// Aggregates of columns; of those that come as states (<paramref name="columns"/> null) any positions.
    /// </summary>
    public PlanList<AggregateSpec> ReadAggregates(Schema? columns) => [.. source.ReadList(
        s =>
        {
            s.ReadArrayHeader(min: 3);
            AggregateFunction function = s.ReadNested(_ => FunctionBytes.ReadAggregate(this));
            PlanList<int> arguments = ReadPositions(columns?.Count ?? MaxColumns);
            int filter = (int)s.ReadInt64(-1, (columns?.Count ?? MaxColumns) - 1);
            CheckAggregate(function, arguments, filter, columns);
            return new AggregateSpec(function, arguments, filter);
        },
        MaxColumns)];

    public ExchangeOutput ReadOutput(Schema columns) => source.ReadNested(s =>
    {
        int fields = s.ReadArrayHeader(min: 2);
        ExchangeOutput output = new(s.ReadEnum<ExchangeKind>(), ReadPositions(columns.Count));
        if (fields > 2) output = output with { Places = ReadPlaces() };
        s.ThrowUnless(
            output.Kind != ExchangeKind.Segment ||
                (output.Keys.Count == 1 && columns[output.Keys[0]].Type.Kind == TypeKind.BigInt), "number of rows");
        return output;
    });

    /// <summary>Expressions over columns.</summary>
    public PlanList<Expression> ReadExpressions(Schema columns) =>
        [.. source.ReadList(_ => ReadExpression(columns), MaxColumns)];

    /// <summary>An expression over columns.</summary>
    public Expression ReadExpression(Schema columns) => source.ReadNested(_ => ExpressionRegistry.Read(this, columns));

    /// <summary>A condition over columns.</summary>
    public Expression ReadCondition(Schema columns)
    {
        Expression condition = ReadExpression(columns);
        source.ThrowUnless(condition.Type.Kind == TypeKind.Boolean, "type of a condition");
        return condition;
    }

    /// <summary>A condition over columns, or null.</summary>
    public Expression? ReadConditionOrNil(Schema columns) => source.TryReadNil() ? null : ReadCondition(columns);

    /// <summary>A node with all below it.</summary>
    public PhysicalNode ReadNode() => source.ReadNested(s =>
    {
        s.ReadArrayHeader(min: 4);
        int number = s.ReadInt32();
        double rows = s.ReadDouble();
        PhysicalNode[] inputs = s.ReadList(_ => ReadNode(), MaxColumns);
        PhysicalNode node = s.ReadNested(_ => PlanNodeRegistry.Read(number, this, inputs));
        return node with { EstimatedRows = rows };
    });

    private void CheckAggregate(AggregateFunction function, PlanList<int> arguments, int filter, Schema? columns)
    {
        source.ThrowUnless(arguments.Count == function.ArgumentTypes.Count, "number of arguments");
        if (columns is null) return;
        for (int i = 0; i < arguments.Count; i++)
        {
            source.ThrowUnless(columns[arguments[i]].Type.Equals(function.ArgumentTypes[i]), "type of an argument");
        }
        source.ThrowUnless(filter < 0 || columns[filter].Type.Kind == TypeKind.Boolean, "type of a filter");
    }
}
