using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>text || text</summary>
internal readonly struct Concatenate : IBinaryTextFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("||", "Texts or lists joined end to end; NULL when either is.")
    {
        Category = "Text", Example = "'Post' || 'greSQL'", Returns = "PostgreSQL",
    };

    public static void Apply(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, ref Utf8Writer target)
    {
        target.Append(x);
        target.Append(y);
    }
}

/// <summary>blob || blob</summary>
internal readonly struct ConcatenateBlobs : IBinarySessionFunction<SqlBlob, SqlBlob, SqlBlob>
{
    public static FunctionInfo Info => Concatenate.Info;

    public static SqlBlob Apply(SqlBlob x, SqlBlob y, FunctionContext context)
    {
        Utf8Writer target = new(context.Text);
        target.Append(x.Bytes);
        target.Append(y.Bytes);
        return new SqlBlob(target.End());
    }
}

/// <summary>concat and concat_ws: any values as text, NULLs left out.</summary>
internal sealed class ConcatFunction : ScalarFunction
{
    private static readonly FunctionInfo s_concat = new("concat", "The values as text, end to end; NULLs are left out.")
    {
        Category = "Text", Example = "concat('abc', 2, NULL, 22)", Returns = "abc222",
            Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_concatWs =
        new("concat_ws", "The values as text with a separator between them; NULLs are left out.")
    {
        Category = "Text", Example = "concat_ws(',', 'abc', 2, NULL, 22)", Returns = "abc,2,22",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    private readonly bool _hasSeparator;

    private ConcatFunction(FunctionInfo info, LogicalType[] types, bool hasSeparator)
        : base(info, types, LogicalType.Varchar) =>
        _hasSeparator = hasSeparator;

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(
            s_concat, [ParameterPattern.Any], types => new ConcatFunction(s_concat, types, false), isVariadic: true),
        FunctionEntries.Bound(
            s_concatWs, [LogicalType.Varchar, ParameterPattern.Any], types =>
                new ConcatFunction(s_concatWs, types, true), isVariadic: true),
    ];

    public override unsafe void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        TextArguments texts = context.GetState<TextArguments>();
        ReadOnlySpan<ColumnVector> parts = texts.Of(arguments, count, context);
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        context.BeginText();
        for (int row = 0; row < count; row++)
        {
            if (_hasSeparator && !parts[0].IsValid(row))
            {
                result.SetNull(row, Math.Max(count, 1));
                ((Utf8View*)result.Data)[row] = default;
                continue;
            }
            Utf8Writer target = new(context.Text);
            bool isFirst = true;
            for (int i = _hasSeparator ? 1 : 0; i < parts.Length; i++)
            {
                if (!parts[i].IsValid(row)) continue;
                if (_hasSeparator && !isFirst) target.Append(parts[0].GetUtf8(row).Span);
                isFirst = false;
                target.Append(parts[i].GetUtf8(row).Span);
            }
            Lane.Store(result.Data, row, target.End());
        }
        context.EndText(result);
    }
}

/// <summary>Arguments of any type as text, cast batch by batch.</summary>
internal sealed class TextArguments : IDisposable
{
    private ColumnVector[] _texts = [];
    private FunctionContext[] _contexts = [];
    private ScalarFunction?[] _casts = [];

    /// <summary>The arguments, cast where they are no text.</summary>
    public ReadOnlySpan<ColumnVector> Of(ReadOnlySpan<ColumnVector> arguments, int count, FunctionContext context)
    {
        if (_texts.Length != arguments.Length)
        {
            _texts = new ColumnVector[arguments.Length];
            _casts = new ScalarFunction?[arguments.Length];
            _contexts = new FunctionContext[arguments.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                _casts[i] = CastFunctions.Find(arguments[i].Type, LogicalType.Varchar);
                _contexts[i] = context.CreateInner();
                _texts[i] = new ColumnVector(LogicalType.Varchar, context.Account);
            }
        }
        for (int i = 0; i < arguments.Length; i++)
        {
            if (_casts[i] is { } cast) cast.Evaluate([arguments[i]], count, _texts[i], _contexts[i]);
            else _texts[i].ShareFrom(arguments[i]);
        }
        return _texts;
    }

    public void Dispose()
    {
        foreach (ColumnVector text in _texts) text.Dispose();
        foreach (FunctionContext context in _contexts) context.Dispose();
    }
}
