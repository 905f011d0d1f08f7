using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>
/// Nested values as text and back. Written as [1, 2], {'a': 1} and {k=v}; read in these forms, and lists in
/// PostgreSQL's
/// {1,2} too.
/// </summary>
internal static class NestedText
{
    /// <summary>The cast to VARCHAR.</summary>
    public static ScalarFunction ToText(LogicalType from) => new ValueFunction(
        new FunctionInfo("cast",
            "Changes the type."), [from], LogicalType.Varchar, (a, _) => Value.Text(ValueText.Format(a[0])));

    /// <summary>The cast from VARCHAR.</summary>
    public static ScalarFunction FromText(LogicalType from, LogicalType to, bool isTry, CastFailure failure)
    {
        FunctionInfo info = new("cast",
            "Changes the type.") { Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull };
        return new ValueFunction(info, [from], to, (arguments, context) =>
        {
            Reader reader = new(arguments[0].AsText, isTry, context);
            Value? value = reader.ReadWhole(to);
            if (value is null) failure.Unreadable(arguments[0].AsBytes);
            return value;
        });
    }

    /// <summary>Reads one text.</summary>
    private sealed class Reader(string text, bool isTry, FunctionContext context)
    {
        private const int MaxDepth = 100;
        private readonly SingleCasts _casts = context.GetState<SingleCasts>();
        private int _at;
        private int _depth;

        public Value? ReadWhole(LogicalType type)
        {
            Value? value = Read(type);
            SkipSpaces();
            return _at == text.Length ? value : null;
        }

        private Value? Read(LogicalType type)
        {
            SkipSpaces();
            if (!type.IsNested) return ReadLeaf(type);
            if (TryWord("NULL")) return Value.Null(type);
            if (++_depth > MaxDepth) return null;
            Value? value = type.Kind switch
            {
                TypeKind.Struct => ReadStruct(type),
                TypeKind.Map => ReadMap(type),
                _ => ReadList(type),
            };
            _depth--;
            return value;
        }

        private Value? ReadList(LogicalType type)
        {
            char close = Take('[') ? ']' : Take('{') ? '}' : '\0';
            if (close == '\0') return null;
            ImmutableArray<Value>.Builder elements = ImmutableArray.CreateBuilder<Value>();
            if (Take(close)) return Finished(type, elements);
            do
            {
                if (Read(type.Element!) is not { } element) return null;
                elements.Add(element);
            }
            while (Take(','));
            return Take(close) ? Finished(type, elements) : null;
        }

        private static Value? Finished(LogicalType type, ImmutableArray<Value>.Builder elements) =>
            type.Kind == TypeKind.Array &&
                elements.Count != type.Length ? null : Value.Nested(type, elements.ToImmutable());

        private Value? ReadStruct(LogicalType type)
        {
            if (!Take('{')) return null;
            Value[] fields = [.. type.Fields.Select(f => Value.Null(f.Type))];
            if (Take('}')) return Value.Nested(type, [.. fields]);
            do
            {
                SkipSpaces();
                int field = Nested.StructExtract.IndexOf(type, ReadToken(':', out _));
                if (field < 0 || !Take(':') || Read(type.Fields[field].Type) is not { } value) return null;
                fields[field] = value;
            }
            while (Take(','));
            return Take('}') ? Value.Nested(type, [.. fields]) : null;
        }

        private Value? ReadMap(LogicalType type)
        {
            if (!Take('{')) return null;
            LogicalType entry = type.Element!;
            List<Value> entries = [];
            if (Take('}')) return Value.Nested(type, []);
            do
            {
                if (Read(entry.Fields[0].Type) is not { IsNull: false } key || !(Take('=') || Take(':'))) return null;
                if (Read(entry.Fields[1].Type) is not { } value) return null;
                entries.Add(Value.Nested(entry, [key, value]));
            }
            while (Take(','));
            return Take('}') ? Value.Nested(type, [.. entries]) : null;
        }

        private Value? ReadLeaf(LogicalType type)
        {
            string token = ReadToken('=', out bool isQuoted);
            if (!isQuoted && token.Equals("NULL", StringComparison.OrdinalIgnoreCase)) return Value.Null(type);
            return _casts.Apply(Value.Text(token), type, isTry, context);
        }

        // Bare up to a comma, a closing bracket or what parts a key from its value; or quoted, with \ before any
        // character.
        private string ReadToken(char separator, out bool isQuoted)
        {
            SkipSpaces();
            StringBuilder token = new();
            isQuoted = _at < text.Length && text[_at] is '\'' or '"';
            char quote = isQuoted ? text[_at++] : '\0';
            while (_at < text.Length)
            {
                char c = text[_at];
                if (c == '\\' && _at + 1 < text.Length) c = text[++_at];
                else if (isQuoted ? c == quote : c is ',' or ']' or '}' || c == separator) break;
                token.Append(c);
                _at++;
            }
            if (isQuoted) _at++;
            return isQuoted ? token.ToString() : token.ToString().TrimEnd();
        }

        private bool TryWord(string word)
        {
            if (!text.AsSpan(_at).StartsWith(word, StringComparison.OrdinalIgnoreCase)) return false;
            _at += word.Length;
            return true;
        }

        private bool Take(char c)
        {
            SkipSpaces();
            if (_at >= text.Length || text[_at] != c) return false;
            _at++;
            return true;
        }

        private void SkipSpaces()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        }
    }
}
