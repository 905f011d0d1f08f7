using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>Properties: of rows and groups, and those of values that SQL has too.</content>
internal sealed partial class LinqTranslator
{
    private const int SecondsOfDay = 86_400;

    private Shape MemberOf(MemberExpression member)
    {
        if (member.Expression is null) throw Unsupported.Of(member);
        string name = member.Member.Name;
        Shape owner = ShapeOf(member.Expression);
        switch (owner)
        {
            case GroupShape group when name == nameof(IGrouping<int, int>.Key):
                return group.Key;
            case RecordShape record:
                return record.Find(name) ?? throw Unsupported.Of(member, $"{name} is not a column");
            case ValueShape value:
                SyntaxExpression sql = MemberOf(value.Sql, PlainOf(member.Expression.Type), name, member);
                bool isSure = name is nameof(Nullable<int>.HasValue);
                return new ValueShape(member.Type, sql, value.IsNullable && !isSure);
            default:
                throw Unsupported.Of(member);
        }
    }

    private static SyntaxExpression MemberOf(SyntaxExpression value, Type type, string name, Expression origin)
    {
        if (name == nameof(Nullable<int>.Value)) return value;
        if (name == nameof(Nullable<int>.HasValue)) return new IsSyntax(value, IsTest.Null, IsNegated: true);
        if (type == typeof(string) && name == nameof(string.Length)) return new CallSyntax("length", value);
        if (type.IsArray && name == nameof(Array.Length)) return new CallSyntax("cardinality", value);
        bool isMoment = type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) ||
            type == typeof(TimeOnly);
        if (isMoment && PartOf(value, name) is { } part) return part;
        if (type == typeof(TimeSpan) && SpanOf(value, name) is { } span) return span;
        throw Unsupported.Of(origin);
    }

    private static SyntaxExpression? PartOf(SyntaxExpression moment, string name) => name switch
    {
        nameof(DateTime.Year) or nameof(DateTime.Month) or nameof(DateTime.Day) or nameof(DateTime.Hour)
            or nameof(DateTime.Minute) => Whole(name.ToLowerInvariant(), moment),
        nameof(DateTime.DayOfYear) => Whole("doy", moment),
        nameof(DateTime.DayOfWeek) => Whole("dow", moment),
        nameof(DateTime.Second) => CastTo(typeof(int), new CallSyntax("floor", Part("second", moment))),
        nameof(DateTime.Millisecond) => new BinarySyntax(
            "%", CastTo(typeof(int), new CallSyntax("floor", Part("millisecond", moment))), new IntegerLiteral(1000)),
        nameof(DateTime.Date) => new CallSyntax("date_trunc", new StringLiteral("day"), moment),
        nameof(DateOnly.DayNumber) => new BinarySyntax("-", moment, new CastSyntax(
            new StringLiteral("0001-01-01"), new SimpleTypeName(new QualifiedName("date"), default))),
        _ => null,
    };

    private static CallSyntax Part(string part, SyntaxExpression moment) =>
        new("date_part", new StringLiteral(part), moment);

    private static SyntaxExpression Whole(string part, SyntaxExpression moment) =>
        CastTo(typeof(int), Part(part, moment));

    private static SyntaxExpression? SpanOf(SyntaxExpression span, string name)
    {
        double? seconds = name switch
        {
            nameof(TimeSpan.TotalDays) => SecondsOfDay,
            nameof(TimeSpan.TotalHours) => 3600,
            nameof(TimeSpan.TotalMinutes) => 60,
            nameof(TimeSpan.TotalSeconds) => 1,
            _ => null,
        };
        if (seconds is not { } unit) return null;
        SyntaxExpression epoch = CastTo(typeof(double), Part("epoch", span));
        return unit == 1 ? epoch : new BinarySyntax("/", epoch, new IntegerLiteral((long)unit));
    }
}
