namespace ColFrag.Engine.Functions;

/// <summary>
/// A function whose meaning is an expression in SQL over its parameters, which the binder puts in its place, as it does
/// with macros. For what other functions say already.
/// </summary>
/// <param name="Info">Name and documentation.</param>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="Sql">The expression.</param>
internal sealed record DefinedFunction(FunctionInfo Info, string[] Parameters, string Sql);

/// <summary>All functions that are written in SQL, a line each.</summary>
internal static class DefinedFunctions
{
    private const string Lists = "Lists";
    private const string Math = "Math";
    private const string Maps = "Maps";
    private const string Aggregates = "Aggregates";

    /// <summary>The functions.</summary>
    public static IReadOnlyList<DefinedFunction> All { get; } =
    [
        Of("add(x, y)", "x + y", "x + y.", Math, "add(1, 2)", "3"),
        Of("subtract(x, y)", "x - y", "x - y.", Math, "subtract(3, 2)", "1"),
        Of("multiply(x, y)", "x * y", "x * y.", Math, "multiply(3, 2)", "6"),
        Of("divide(x, y)", "x // y", "The whole part of x / y.", Math, "divide(7, 2)", "3"),
        Of("fmod(x, y)", "mod(x, y)", "What is left of x when y was taken away as often as it fits.", Math,
            "fmod(7.5, 2)", "1.5"),
        Of("fsum(x)", "sum(x::double)", "The sum as DOUBLE, compensated for rounding.", Aggregates,
            "fsum(0.5)", "0.5", "sumkahan", "kahan_sum"),
        Of("favg(x)", "avg(x::double)", "The mean as DOUBLE, compensated for rounding.", Aggregates,
            "favg(0.5)", "0.5"),
        Of("weighted_avg(x, weight)",
            "sum(x::double * weight) / nullif(sum(weight::double) FILTER (WHERE x IS NOT NULL), 0)",
            "The mean of values that count by their weights.", Aggregates,
            "(SELECT weighted_avg(x, w) FROM (VALUES (1, 3), (5, 1)) AS t(x, w))", "2", "wavg"),
        Of("geomean(x)", "exp(avg(ln(x)))", "The geometric mean.", Aggregates,
            "round((SELECT geomean(x) FROM unnest([2, 8]) AS x), 9)", "4", "geometric_mean"),
        Of("reservoir_quantile(x, fraction)", "quantile_disc(x, fraction)",
            "The value at a fraction of the rows in order; DuckDB takes it from a sample.", Aggregates,
            "reservoir_quantile(7, 0.5)", "7"),
        Of("max(x, n)", "(list(x ORDER BY x DESC) FILTER (WHERE x IS NOT NULL))[1:n]",
            "The greatest n values, greatest first.", Aggregates,
            "(SELECT max(x, 2) FROM unnest([3, 1, 2]) AS x)", "[3, 2]"),
        Of("min(x, n)", "(list(x ORDER BY x) FILTER (WHERE x IS NOT NULL))[1:n]",
            "The least n values, least first.", Aggregates,
            "(SELECT min(x, 2) FROM unnest([3, 1, 2]) AS x)", "[1, 2]"),
        Of("arg_max(x, y, n)", "(list(x ORDER BY y DESC) FILTER (WHERE x IS NOT NULL AND y IS NOT NULL))[1:n]",
            "The values of x where y is greatest, n of them.", Aggregates,
            "(SELECT arg_max(x, -x, 2) FROM unnest([3, 1, 2]) AS x)", "[1, 2]", "max_by"),
        Of("arg_min(x, y, n)", "(list(x ORDER BY y) FILTER (WHERE x IS NOT NULL AND y IS NOT NULL))[1:n]",
            "The values of x where y is least, n of them.", Aggregates,
            "(SELECT arg_min(x, -x, 2) FROM unnest([3, 1, 2]) AS x)", "[3, 2]", "min_by"),
        Of("arg_max_null(x, y)", "(list(x ORDER BY y DESC) FILTER (WHERE y IS NOT NULL))[1]",
            "The value of x where y is greatest, also where that is NULL.", Aggregates,
            "(SELECT arg_max_null(x, y) FROM (VALUES ('a', 1), (NULL, 2)) AS t(x, y)) IS NULL", "true"),
        Of("arg_min_null(x, y)", "(list(x ORDER BY y) FILTER (WHERE y IS NOT NULL))[1]",
            "The value of x where y is least, also where that is NULL.", Aggregates,
            "(SELECT arg_min_null(x, y) FROM (VALUES ('a', 2), (NULL, 1)) AS t(x, y)) IS NULL", "true"),
        Of("arg_max_nulls_last(x, y)", "(list(x ORDER BY y DESC NULLS LAST))[1]",
            "The value of x where y is greatest, or any where y is always NULL.", Aggregates,
            "arg_max_nulls_last('a', NULL::integer)", "a"),
        Of("arg_min_nulls_last(x, y)", "(list(x ORDER BY y NULLS LAST))[1]",
            "The value of x where y is least, or any where y is always NULL.", Aggregates,
            "arg_min_nulls_last('a', NULL::integer)", "a"),
        Of("approx_top_k(x, k)",
            "list_transform(list_reverse_sort(list_transform(map_entries(histogram(x)), " +
            "e -> {'rows': e.value, 'value': e.key}))[1:k], e -> e.value)",
            "The k most frequent values, most frequent first; counted exactly.", Aggregates,
            "(SELECT approx_top_k(x, 1) FROM unnest([3, 1, 3]) AS x)", "[3]"),
        Of("histogram(x, bins)",
            "invoke(lambda h, b: map(b, list_transform(b, (top, i) -> list_reduce(list_transform(list_filter(" +
            "map_entries(h), e -> e.key <= top AND (i = 1 OR e.key > b[i - 1])), e -> e.value::bigint), " +
            "(total, n) -> total + n, 0::bigint))), histogram(x), list_sort(bins))",
            "How many values lie in each bin: up to its value, above the one before.", Aggregates,
            "(SELECT histogram(x, [2, 4]) FROM unnest([1, 2, 3]) AS x)", "{2=2, 4=1}"),
        Of("histogram_exact(x, bins)",
            "invoke(lambda h, b: map(b, list_transform(b, v -> coalesce(h[v], 0)::bigint)), histogram(x), bins)",
            "How often each of the given values occurs.", Aggregates,
            "(SELECT histogram_exact(x, [1, 9]) FROM unnest([1, 1, 2]) AS x)", "{1=2, 9=0}"),
        Of("generate_subscripts(list, dimension)",
            "range(1, coalesce(array_length(list, dimension), 0) + 1)",
            "The places of the elements, a row each.", Lists,
            "(SELECT max(i) FROM generate_subscripts([7, 8], 1) AS i)", "2"),
        Of("map_contains_value(map, value)", "list_contains(map_values(map), value)",
            "True when a map has the value.", Maps, "map_contains_value(MAP {'a': 1}, 1)", "true"),
        Of("map_contains_entry(map, key, value)", "list_contains(map_extract(map, key), value)",
            "True when a map has the value under the key.", Maps, "map_contains_entry(MAP {'a': 1}, 'a', 2)", "false"),
        Of("list_set(list, place, x)",
            "list_transform(range(1, greatest(coalesce(len(list), 0), place) + 1), " +
            "_place -> CASE WHEN _place = place THEN x ELSE list[_place] END)",
            "The list with another element at a place, counted from 1; NULLs fill up to a place behind its end.", Lists,
            "list_set([1, 2], 4, 7)", "[1, 2, NULL, 7]"),
        Of("array_positions(list, x)",
            "CASE WHEN list IS NOT NULL THEN list_filter(range(1, len(list) + 1), " +
            "_place -> list[_place] IS NOT DISTINCT FROM x) END",
            "The places of all elements that equal x.", Lists, "array_positions([1, 2, 1], 1)", "[1, 3]"),
        Of("width_bucket(x, thresholds)", "len(list_filter(thresholds, _low -> _low <= x))",
            "Which bucket x falls in, where each begins at a threshold; 0 below all.", Math,
            "width_bucket(15, [10, 20, 30])", "1"),
        Of("pg_size_bytes(text)",
            Size(
                "'' THEN 1 WHEN 'B' THEN 1 WHEN 'BYTES' THEN 1 WHEN 'KB' THEN 1024 WHEN 'MB' THEN 1048576 " +
                "WHEN 'GB' THEN 1073741824 WHEN 'TB' THEN 1099511627776 WHEN 'PB' THEN 1125899906842624 ", "bigint"),
            "The bytes of a size with a unit, of which each is 1,024 of the one before.", "Formatting",
            "pg_size_bytes('1.5 kB')", "1536"),
        Of("parse_formatted_bytes(text)",
            Size(
                "'B' THEN 1 WHEN 'BYTE' THEN 1 WHEN 'BYTES' THEN 1 WHEN 'KB' THEN 1000 " +
                "WHEN 'MB' THEN 1e6 WHEN 'GB' THEN 1e9 WHEN 'TB' THEN 1e12 WHEN 'PB' THEN 1e15 " +
                "WHEN 'KIB' THEN 1024 WHEN 'MIB' THEN 1048576 WHEN 'GIB' THEN 1073741824 " +
                "WHEN 'TIB' THEN 1099511627776 WHEN 'PIB' THEN 1125899906842624 ", "ubigint"),
            "The bytes of a size with a unit: kB are 1,000, KiB 1,024.", "Formatting",
            "parse_formatted_bytes('2 KiB')", "2048"),
        Of("days_in_month(x)", "day(last_day(x))", "How many days the month of a date has.", "Dates and times",
            "days_in_month(DATE '2024-02-10')", "29"),
        Of("normalized_interval(x)", "justify_interval(x)",
            "The interval with months of 30 days and days of 24 hours.", "Dates and times",
            "normalized_interval(INTERVAL '35 days 25 hours')", "1 mon 6 days 01:00:00"),
        Of("make_timestamptz(year, month, day, hour, minute, second, zone)",
            "timezone(zone, make_timestamp(year, month, day, hour, minute, second))",
            "A moment of its parts, on the clock of a zone.", "Dates and times",
            "make_timestamptz(2024, 1, 2, 3, 4, 5, 'UTC') = TIMESTAMPTZ '2024-01-02 03:04:05+00'", "true"),
        Of("quote_nullable(x)", "coalesce(quote_literal(x::text), 'NULL')", "The value as an SQL string, or NULL.",
            "Text", "quote_nullable(NULL)", "NULL"),
        Of("switch(x, map)", "map_extract(map, x)[1]", "What a map has under x.", "Conditions",
            "switch(1, MAP {1: 'a', 2: 'b'})", "a"),
        Of("switch(x, map, otherwise)",
            "CASE WHEN map_contains(map, x) THEN map_extract(map, x)[1] ELSE otherwise END",
            "What a map has under x, or another value where it has nothing.", "Conditions",
            "switch(3, MAP {1: 'a', 2: 'b'}, 'other')", "other"),
        Of("constant_or_null(x, other)", "CASE WHEN other IS NOT NULL THEN x END", "x, or NULL where another value is.",
            "Conditions", "constant_or_null(1, NULL) IS NULL", "true"),
        Of("array_lower(list, dimension)", "CASE WHEN array_length(list, dimension) > 0 THEN 1 END",
            "The place of the first element.", Lists, "array_lower([7, 8], 1)", "1"),
        Of("_pg_expandarray(list)", "list_transform(list, (x, n) -> {'x': x, 'n': n::integer})",
            "The elements with their places, a row each; PostgreSQL's information schema has it.", Lists,
            "(SELECT max(n) FROM _pg_expandarray([7, 8]))", "2"),
        Of("bitstring_agg(x, low, high)",
            "bit_or(set_bit(bitstring('0', (high - low + 1)::integer), (x - low)::integer, 1))",
            "Bits from a low to a high number, set for those that occur.", Aggregates,
            "(SELECT bitstring_agg(x, 1, 5) FROM unnest([2, 4]) AS x)", "01010"),
        Of("jsonb_set_lax(target, path, value)", "jsonb_set_lax(target, path, value, true, 'use_json_null')",
            "As jsonb_set; a value that is NULL becomes a JSON null.", "JSON",
            "jsonb_set_lax('{\"a\": 1}', ARRAY['a'], NULL)", "{\"a\":null}"),
        Of("jsonb_set_lax(target, path, value, creates)",
            "jsonb_set_lax(target, path, value, creates, 'use_json_null')",
            "As jsonb_set; a value that is NULL becomes a JSON null.", "JSON",
            "jsonb_set_lax('{}', ARRAY['a'], NULL, false)", "{}"),
        Of("jsonb_set_lax(target, path, value, creates, treatment)",
            "CASE WHEN value::json IS NOT NULL THEN jsonb_set(target::json, path, value::json, creates) " +
            "ELSE CASE treatment WHEN 'use_json_null' THEN jsonb_set(target::json, path, 'null', creates) " +
            "WHEN 'delete_key' THEN target::json #- path WHEN 'return_target' THEN target::json " +
            "WHEN 'raise_exception' THEN raise_error('22004', 'JSON value must not be null')::text::json " +
            "ELSE raise_error('22023', 'The treatment of NULL must be delete_key, return_target, use_json_null, " +
            "or raise_exception')::text::json END END",
            "As jsonb_set; what a value that is NULL does is delete_key, return_target, use_json_null or " +
            "raise_exception.", "JSON", "jsonb_set_lax('{\"a\": 1, \"b\": 2}', ARRAY['a'], NULL, true, 'delete_key')",
            "{\"b\":2}"),
        Of("json_group_structure(json)", "json_structure(json_group_array(json::json)) -> 0",
            "The shape that JSON values have in common.", Aggregates,
            "(SELECT json_group_structure(j) FROM unnest(['{\"a\": 1}', '{\"a\": -1}']) AS j)", "{\"a\":\"BIGINT\"}"),
        Of("array_push_front(list, x)", "list_prepend(x, list)", "The list with a value in front.", Lists,
            "array_push_front([2, 3], 1)", "[1, 2, 3]"),
        Of("array_push_back(list, x)", "list_append(list, x)", "The list with a value at its end.", Lists,
            "array_push_back([1, 2], 3)", "[1, 2, 3]"),
        Of("array_to_string_comma_default(list)", "array_to_string(list, ',')",
            "The elements as text with commas between.", Lists, "array_to_string_comma_default([1, 2])", "1,2"),
    ];

    // A number, with an exponent or not, and a unit behind it.
    private static string Size(string units, string type)
    {
        const string Number = "^\\s*([-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\\s*";
        const string Wrong = "raise_error('22023', 'Invalid size: ' || text)::bigint";
        string unit = $"upper(regexp_extract(text, '{Number}([A-Za-z]*)\\s*$', 2))";
        return $"CASE WHEN NOT regexp_matches(text, '{Number}[A-Za-z]*\\s*$') THEN {Wrong} ELSE " +
            $"(regexp_extract(text, '{Number}', 1)::double * " +
            $"CASE {unit} WHEN {units}ELSE {Wrong} END) END::{type}";
    }

    private static DefinedFunction Of(
        string head, string sql, string description, string category, string example, string returns,
        params string[] aliases)
    {
        int open = head.IndexOf('(', StringComparison.Ordinal);
        string[] parameters = head[(open + 1)..^1].Split(", ", StringSplitOptions.RemoveEmptyEntries);
        FunctionInfo info = new(head[..open], description)
        {
            Category = category, Example = example, Returns = returns, Aliases = aliases,
        };
        return new DefinedFunction(info, parameters, sql);
    }
}
