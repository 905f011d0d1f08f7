using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <summary>
/// Turns syntax trees into SQL. Parsing what it writes gives an equal tree, which is how views and macros are kept:
/// <c>Parse(Write(tree)) == tree</c> for every tree that the parser makes. The text is one line, with as few
/// parentheses as the precedences allow.
/// </summary>
internal sealed partial class SqlWriter
{
    private readonly StringBuilder _sql = new();

    private SqlWriter() { }

    /// <summary>The SQL of any node.</summary>
    public static string Write(SyntaxNode node)
    {
        SqlWriter writer = new();
        writer.WriteNode(node);
        return writer._sql.ToString();
    }

    private void WriteNode(SyntaxNode node)
    {
        switch (node)
        {
            case SyntaxExpression expression: WriteExpression(expression); break;
            case Query query: WriteQuery(query); break;
            case TableReference reference: WriteTable(reference); break;
            case Statement statement: WriteStatement(statement); break;
            case TypeName type: WriteType(type); break;
            case Identifier identifier: WriteName(identifier); break;
            case QualifiedName name: WriteName(name); break;
            case SelectItem item: WriteSelectItem(item); break;
            case OrderItem item: WriteOrderItem(item); break;
            case WindowSyntax window: WriteWindow(window); break;
            case TableElement element: WriteTableElement(element); break;
            case ConstraintSyntax constraint: WriteConstraint(constraint, isColumn: false); break;
            case DistributionSyntax distribution: WriteDistribution(distribution); break;
            default: throw Invariant.Unreachable($"{node.GetType().Name} is only written inside its parent");
        }
    }

    private void Put(string text) => _sql.Append(text);

    private void Put(char unit) => _sql.Append(unit);

    private void Put(long number) => _sql.Append(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The text if the condition holds.</summary>
    private void PutIf(bool condition, string text)
    {
        if (condition) _sql.Append(text);
    }

    private void PutString(string value) => Put(SqlNames.QuoteString(value));

    /// <summary>The items with commas between them.</summary>
    private void PutList<T>(SyntaxList<T> items, Action<T> write)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) Put(", ");
            write(items[i]);
        }
    }

    private void PutParenthesized<T>(SyntaxList<T> items, Action<T> write)
    {
        Put('(');
        PutList(items, write);
        Put(')');
    }

    /// <summary>Before every step down; trees of the parser are never so tall, trees of programs may be.</summary>
    private static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new QueryException(SqlStates.StatementTooComplex, "statement is too complex: it nests too deeply");
        }
    }

    private void WriteName(Identifier name) => Put(SqlNames.Write(name));

    private void WriteName(QualifiedName name)
    {
        for (int i = 0; i < name.Parts.Count; i++)
        {
            if (i > 0) Put('.');
            WriteName(name.Parts[i]);
        }
    }

    private void WriteNames(SyntaxList<Identifier> names) => PutParenthesized(names, WriteName);

    /// <summary>The names in parentheses behind a space, if there are any.</summary>
    private void WriteOptionalNames(SyntaxList<Identifier> names)
    {
        if (names.IsEmpty) return;
        Put(' ');
        WriteNames(names);
    }

    // Types.

    private void WriteType(TypeName type)
    {
        EnsureStack();
        switch (type)
        {
            case SimpleTypeName simple:
                for (int i = 0; i < simple.Name.Parts.Count; i++)
                {
                    if (i > 0) Put('.');
                    Put(SqlNames.WriteType(simple.Name.Parts[i]));
                }
                if (!simple.Modifiers.IsEmpty) PutParenthesized(simple.Modifiers, WriteExpression);
                break;
            case IntervalTypeName interval:
                Put("interval");
                WriteIntervalFields(interval.Fields, interval.Precision);
                break;
            case ListTypeName list:
                WriteType(list.Element);
                Put('[');
                if (list.Length is int length) Put(length);
                Put(']');
                break;
            case StructTypeName structure:
                Put("struct");
                PutParenthesized(structure.Fields, WriteField);
                break;
            case MapTypeName map:
                Put("map(");
                WriteType(map.Key);
                Put(", ");
                WriteType(map.Value);
                Put(')');
                break;
            case DomainTypeName domain:
                Put("DOMAIN ");
                WriteType(domain.Base);
                foreach (ConstraintSyntax constraint in domain.Constraints)
                {
                    Put(' ');
                    WriteConstraint(constraint, isColumn: true);
                }
                break;
            case EnumTypeName enumeration:
                Put("enum");
                PutParenthesized(enumeration.Values, PutString);
                break;
            default: throw Invariant.Unreachable(type.GetType().Name);
        }
    }

    private void WriteField(FieldDefinition field)
    {
        WriteName(field.Name);
        Put(' ');
        WriteType(field.Type);
    }

    /// <summary>The fields behind an interval; the precision belongs to the seconds if they are among them.</summary>
    private void WriteIntervalFields(IntervalFields fields, int? precision)
    {
        if (fields != IntervalFields.All)
        {
            Put(' ');
            Put(fields switch
            {
                IntervalFields.YearToMonth => "YEAR TO MONTH",
                IntervalFields.DayToHour => "DAY TO HOUR",
                IntervalFields.DayToMinute => "DAY TO MINUTE",
                IntervalFields.DayToSecond => "DAY TO SECOND",
                IntervalFields.HourToMinute => "HOUR TO MINUTE",
                IntervalFields.HourToSecond => "HOUR TO SECOND",
                IntervalFields.MinuteToSecond => "MINUTE TO SECOND",
                _ => fields.ToString().ToUpperInvariant(),
            });
        }
        if (precision is not int digits) return;
        Put('(');
        Put(digits);
        Put(')');
    }
}
