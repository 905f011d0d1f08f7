using System.Collections.Frozen;
using System.Text;

namespace ColFrag.Engine.Sql;

/// <summary>
/// The words with a meaning in SQL, in four blocks of falling strength, as PostgreSQL sorts them. A word that is not
/// here is a name. Words of our own are in the last block, so they stay usable as names.
/// </summary>
internal enum Keyword : ushort
{
    /// <summary>Not a keyword.</summary>
    NotAKeyword,

    // Reserved: a name only in double quotes, or as a column label after AS.
    All, Analyse, Analyze, And, Any, Array, As, Asc, Asymmetric, Both, Case, Cast, Check, Collate, Column,
    Constraint, Create, CurrentCatalog, CurrentDate, CurrentRole, CurrentTime, CurrentTimestamp, CurrentUser,
    Default, Deferrable, Desc, Distinct, Do, Else, End, Except, False, Fetch, For, Foreign, From, Grant, Group,
    Having, In, Initially, Intersect, Into, Lateral, Leading, Limit, Localtime, Localtimestamp, Not, Null, Offset,
    On, Only, Or, Order, Placing, Primary, References, Returning, Select, SessionUser, Some, Symmetric, Table, Then,
    To, Trailing, True, Union, Unique, User, Using, Variadic, When, Where, Window, With,

    // Reserved, but may name a function or a type.
    Authorization, Binary, Collation, Concurrently, Cross, CurrentSchema, Freeze, Full, Ilike, Inner, Is, Isnull,
    Join, Left, Like, Natural, Notnull, Outer, Overlaps, Right, Similar, Tablesample, Verbose,

    // May name a column or a table, but neither a function nor a type.
    Between, Bigint, Bit, Boolean, Char, Character, Coalesce, Dec, Decimal, Exists, Extract, Float, Greatest,
    Grouping, Inout, Int, Integer, Interval, Least, National, Nchar, None, Normalize, Nullif, Numeric, Out, Overlay,
    Position, Precision, Real, Row, Setof, Smallint, Substring, Time, Timestamp, Treat, Trim, Values, Varchar,

    // Not reserved: a name wherever the grammar leaves no doubt.
    Abort, Absolute, Access, Action, Add, Admin, After, Alter, Always, Anti, Asof, Assembly, At, Attach, Auto,
    Backup, Backward, Before, Begin, Bernoulli, Breadth, By, Cache, Call, Called, Cascade, Century, Chain,
    Characteristics, Checkpoint, Clone, Close, Columns, Comment, Commit, Committed, Compression, Conflict,
    Constraints, Content, Continue, Copy, Cost, Csv, Cube, Current, Cursor, Cycle, Data, Database, Databases, Day,
    Deallocate, Decade, Declare, Defaults, Deferred, Delete, Delimiter, Delimiters, Depth, Describe, Disable,
    Discard, Distributed, Distribution, Domain, Double, Drop, Each, Encoding, Entry, Enum, Error, Escape, Exclude,
    Excluding, Exclusive, Execute, Explain, Export, Extension, External, Filter, First, Following, Force, Forward,
    Fragments, Function, Functions, Generated, Glob, Global, Granted, Groups, Header, Hold, Hour, Identity, If,
    Ignore, Immediate, Immutable, Import, Include, Including, Increment, Index, Indexes, Inherit, Inherits, Input,
    Insensitive, Insert, Instead, Invoker, Isolation, Json, Key, Keys, Lambda, Language, Last, Leakproof, Level,
    Listen, Load, Local, Lock, Locked, Logged, Macro, Map, Match, Matched, Materialized, Maxvalue, Merge, Method,
    Microsecond, Microseconds, Millennium, Millisecond, Milliseconds, Minute, Minvalue, Mode, Month, Move, Name,
    Names, New, Next, No, Nothing, Notify, Nowait, Nulls, Object, Of, Off, Oids, Old, Operator, Option, Options,
    Ordinality, Others, Over, Overriding, Owned, Owner, Parallel, Parameter, Partial, Partition, Password, Percent,
    Pivot, Policy, Positional, Pragma, Preceding, Prepare, Prepared, Preserve, Prior, Privileges, Procedure, Program,
    Public, Qualify, Quarter, Quote, Quotes, Range, Read, Recursive, Refresh, Reindex, Relative, Release, Rename,
    Repeatable, Replace, Replica, Reservoir, Reset, Respect, Restart, Restrict, Return, Returns, Revoke, Role,
    Rollback, Rollup, Routine, Rows, Sample, Savepoint, Scalar, Schema, Schemas, Scroll, Search, Second, Security,
    Semi, Sequence, Sequences, Serializable, Session, Set, Sets, Share, Show, Skip, Snapshot, Source, Stable,
    Standalone, Start, Statement, Statistics, Stdin, Stdout, Storage, Stored, Strict, Struct, Summarize, System,
    SystemTime, Tables, Target, Temp, Temporary, Text, Ties, Transaction, Transform, Trigger, Truncate, TryCast,
    Type, Types, Uescape, Unbounded, Uncommitted, Undrop, Unknown, Unlisten, Unlogged, Unpivot, Until, Update, Use,
    Vacuum, Valid, Validate, Value, Variable, Varying, Version, View, Views, Virtual, Volatile, Week, Within,
    Without, Work, Write, Year, Zone,
}

/// <summary>Finds keywords and says where each may serve as a name.</summary>
internal static class Keywords
{
    private static readonly FrozenDictionary<string, Keyword> ByText = Enum.GetValues<Keyword>()
        .Where(keyword => keyword != Keyword.NotAKeyword)
        .ToFrozenDictionary(ToText, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Keyword>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        ByText.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>PostgreSQL's words that label a column only behind AS: they could continue the expression.</summary>
    private static readonly FrozenSet<Keyword> NeedAs = new[]
    {
        Keyword.Array, Keyword.As, Keyword.Create, Keyword.Except, Keyword.Fetch, Keyword.For, Keyword.From,
        Keyword.Grant, Keyword.Group, Keyword.Having, Keyword.Intersect, Keyword.Into, Keyword.Limit, Keyword.Offset,
        Keyword.On, Keyword.Order, Keyword.Returning, Keyword.To, Keyword.Union, Keyword.Where, Keyword.Window,
        Keyword.With, Keyword.Char, Keyword.Character, Keyword.Precision, Keyword.Isnull, Keyword.Notnull,
        Keyword.Overlaps, Keyword.Day, Keyword.Filter, Keyword.Hour, Keyword.Minute, Keyword.Month, Keyword.Over,
        Keyword.Second, Keyword.Varying, Keyword.Within, Keyword.Without, Keyword.Year,
        Keyword.Qualify,
    }.ToFrozenSet();

    /// <summary>Every keyword in lower case, in no order.</summary>
    public static IReadOnlyList<string> All => ByText.Keys;

    /// <summary>The keyword a word of ASCII letters and underscores spells in any case, or NotAKeyword.</summary>
    public static Keyword Find(ReadOnlySpan<char> word) =>
        BySpan.TryGetValue(word, out Keyword keyword) ? keyword : Keyword.NotAKeyword;

    /// <summary>The keyword in lower case: <c>current_date</c>.</summary>
    public static string ToText(Keyword keyword)
    {
        string name = keyword.ToString();
        StringBuilder text = new(name.Length + 2);
        foreach (char letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }

    /// <summary>True when it is a name only in quotes.</summary>
    public static bool IsReserved(Keyword keyword) => keyword is >= Keyword.All and <= Keyword.With;

    /// <summary>True when it may name a table or a column.</summary>
    public static bool IsColumnName(Keyword keyword) => keyword is Keyword.NotAKeyword or > LastTypeOrFunction;

    /// <summary>True when it may name a type or a function.</summary>
    public static bool IsTypeOrFunctionName(Keyword keyword) =>
        keyword is Keyword.NotAKeyword or >= Keyword.Authorization and <= LastTypeOrFunction or > LastColumnName;

    /// <summary>True when it may label a column of a select list without AS.</summary>
    public static bool IsBareLabel(Keyword keyword) => !NeedAs.Contains(keyword);

    private const Keyword LastTypeOrFunction = Keyword.Verbose;
    private const Keyword LastColumnName = Keyword.Varchar;
}
