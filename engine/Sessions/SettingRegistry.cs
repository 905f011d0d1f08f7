using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Plan.Rules;

namespace ColFrag.Engine.Sessions;

/// <summary>Every setting, one entry each.</summary>
internal static class SettingRegistry
{
    private static readonly Dictionary<string, Setting> s_byName = new(StringComparer.OrdinalIgnoreCase);

    static SettingRegistry()
    {
        Add(new("threads", "0", "Threads that run queries; 0 = one per core.") { Normalize = Integer(0, 1024) });
        Add(new("memory_limit", "0", "Limit of native memory; 0 = 80 % of the machine's.") { Normalize = Bytes });
        Add(new("spill_limit", "0", "Limit of spill files in bytes; 0 = 90 % of what was free on the disk.")
            { Normalize = Bytes });
        Add(new("spill_rows", "0", "Rows that an operator keeps before it spills, whatever memory is free; for tests.")
            { Normalize = Integer(0, long.MaxValue) });
        Add(new("consistency", "session", "What reads see: session (own writes) or strong (the most recent write).")
        {
            Normalize = OneOf("session", "strong"),
        });
        Add(new("acknowledgement", "safe", "Copies that must be durable when a write ends: safe (two, or as many as the "
            + "table has), all, quorum, one, or journal (where no worker holds the rows).")
        {
            Normalize = OneOf("safe", "all", "quorum", "one", "journal"),
        });
        Add(new("statement_timeout", "0", "Milliseconds after which a statement is cancelled; 0 = never.")
        {
            Normalize = Integer(0, int.MaxValue),
        });
        Add(new("max_statement_length", "16777216", "Bytes of SQL text that are accepted.")
            { Normalize = Integer(1024, 1 << 30) });
        Add(new("disabled_rules", "", "Optimizer rules that are switched off, separated by commas; for tests.")
            { Normalize = Rules });
        Add(new("search_path", "public", "Schemas that names without one are looked up in, in order.")
            { Normalize = Any });
        Add(new("timezone", "UTC", "The session's time zone.") { Normalize = Zone, IsReported = true });
        Add(new("datestyle", "ISO, MDY", "How dates are printed for clients and cast to text (ISO, SQL, Postgres, "
            + "German), and which number of 1/2/2026 comes first (MDY, DMY, YMD).")
        {
            Normalize = Any, Combine = ChangeDateStyle, IsReported = true,
        });
        Add(new("intervalstyle", "postgres", "How intervals are printed.")
            { Normalize = OneOf("postgres"), IsReported = true });
        Add(new("client_encoding", "UTF8", "The encoding of text; UTF8 only.")
            { Normalize = Encoding, IsReported = true });
        Add(new("application_name", "", "The client's name.") { Normalize = Any, IsReported = true });
        Add(new("standard_conforming_strings", "on", "Backslashes in plain strings are ordinary.")
        {
            Normalize = OneOf("on"), IsReported = true,
        });
        Add(new("extra_float_digits", "1", "Accepted for clients; doubles always print shortest.")
            { Normalize = Integer(-15, 3) });
        Add(new("bytea_output", "hex", "How blobs are printed.") { Normalize = OneOf("hex") });
        Add(new("client_min_messages", "notice", "Accepted for clients.") { Normalize = Any });
        Add(new("lock_timeout", "0", "Accepted for clients; reads and writes take no locks.") { Normalize = Any });
        Add(new("idle_in_transaction_session_timeout", "0", "Accepted for clients.") { Normalize = Any });
        Add(new("row_security", "off", "Accepted for clients.") { Normalize = Any });
        Add(new("default_transaction_isolation", "repeatable read", "Isolation of new transactions.")
        {
            Normalize = OneOf("repeatable read", "read committed", "read uncommitted"),
        });
        Add(new("transaction_isolation", "repeatable read", "Isolation of this transaction.")
        {
            Normalize = OneOf("repeatable read", "read committed", "read uncommitted"),
        });
        Add(new("default_transaction_read_only", "off", "Whether new transactions only read.") { Normalize = Boolean });
        Add(new("transaction_read_only", "off", "Whether this transaction only reads.") { Normalize = Boolean });
        Add(Fact("server_version", "15.0", "The PostgreSQL version whose behaviour clients may expect.", true));
        Add(Fact("server_version_num", "150000", "The same as a number."));
        Add(Fact("server_encoding", "UTF8", "The encoding of stored text.", true));
        Add(Fact("integer_datetimes", "on", "Times are integers.", true));
        Add(Fact("lc_collate", "C", "Text orders by bytes."));
        Add(Fact("lc_ctype", "C", "Character classes."));
        Add(Fact("max_index_keys", "32", "Columns that clients may expect a key to have at most."));
        Add(Fact("max_identifier_length", "128", "Bytes of a name."));
        Add(Fact("is_superuser", "on", "Rights are not checked yet.", true));
        Add(Fact("session_authorization", "colfrag", "The user.", true));
        Add(Fact("in_hot_standby", "off", "Always off.", true));
        foreach ((string name, string value) in AcceptedSettings.All)
            Add(new(name, value, "Accepted for clients; means nothing here.") { Normalize = Any });
    }

    /// <summary>All settings by name.</summary>
    public static IEnumerable<Setting> All => s_byName.Values.OrderBy(s => s.Name, StringComparer.Ordinal);

    /// <summary>The setting with this name.</summary>
    /// <exception cref="QueryException">42704: there is none.</exception>
    public static Setting Find(string name)
    {
        if (s_byName.TryGetValue(name, out Setting? setting)) return setting;
        string? near = Suggestion.Nearest(name, s_byName.Keys);
        throw new QueryException(
            SqlStates.UndefinedObject, $"Unrecognized configuration parameter: \"{name}\"",
            hint: near is null ? "SHOW ALL lists them." : $"Did you mean \"{near}\"?");
    }

    /// <summary>The truth of on/off, true/false, yes/no, 1/0.</summary>
    public static bool IsOn(string text) => text is "on" or "true" or "yes" or "1";

    private static void Add(Setting setting) => s_byName.Add(setting.Name, setting);

    private static Setting Fact(string name, string value, string description, bool isReported = false) =>
        new(name, value, description) { Normalize = Any, IsWritable = false, IsReported = isReported };

    private static string Any(string text) => text;

    private static string Boolean(string text) => text.ToLowerInvariant() switch
    {
        "on" or "true" or "yes" or "1" => "on",
        "off" or "false" or "no" or "0" => "off",
        _ => throw Invalid(text, "on or off"),
    };

    // SET TIME ZONE 5 is an offset too.
    private static string Zone(string text) =>
        TimeZoneRules.Find(text.Length > 0 && char.IsAsciiDigit(text[0]) ? $"+{text}" : text).Name;

    private static string ChangeDateStyle(string before, string text) =>
        DateStyle.Parse(before).TryChange(text, out DateStyle style)
            ? style.ToString()
            : throw Invalid(text, "a form (ISO, SQL, Postgres, German), an order (MDY, DMY, YMD), or one of each");

    private static string Rules(string text)
    {
        IReadOnlySet<string> names = OptimizerContext.ParseRules(text);
        string? unknown = names.FirstOrDefault(n => !Optimizer.RuleNames.Contains(n, StringComparer.OrdinalIgnoreCase));
        return unknown is null ? text : throw Invalid(unknown, string.Join(", ", Optimizer.RuleNames));
    }

    private static string Encoding(string text) =>
        text.Trim('\'').Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "UNICODE"
            or "SQL_ASCII"
            ? "UTF8"
            : throw Invalid(text, "UTF8");

    private static Func<string, string> OneOf(params string[] values) => text =>
        values.FirstOrDefault(v => v.Equals(text, StringComparison.OrdinalIgnoreCase)) ??
        throw Invalid(text, string.Join(", ", values));

    private static Func<string, string> Integer(long min, long max) => text =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) &&
        value >= min && value <= max
            ? value.ToString(CultureInfo.InvariantCulture)
            : throw Invalid(text, $"a whole number from {min} to {max}");

    private static string Bytes(string text) => ParseBytes(text).ToString(CultureInfo.InvariantCulture);

    /// <summary>A number of bytes with an optional unit: 512MB, 1.5 GiB, 4kB.</summary>
    public static long ParseBytes(string text) =>
        ByteSize.TryParse(text) ?? throw Invalid(text, "a size such as 512MB or 2GiB");

    private static QueryException Invalid(string text, string expected) =>
        new(SqlStates.InvalidParameterValue, $"Invalid value for setting: \"{text}\"", hint: $"Use {expected}.");
}
