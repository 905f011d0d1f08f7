using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>The types of Arrow; numbers of its format.</summary>
internal enum ArrowKind : byte
{
    None = 0,
    Null = 1,
    Int = 2,
    Float = 3,
    Binary = 4,
    Utf8 = 5,
    Bool = 6,
    Decimal = 7,
    Date = 8,
    Time = 9,
    Timestamp = 10,
    Interval = 11,
    List = 12,
    Struct = 13,
    Union = 14,
    FixedBinary = 15,
    FixedList = 16,
    Map = 17,
    Duration = 18,
    LargeBinary = 19,
    LargeUtf8 = 20,
    LargeList = 21,
    RunEndEncoded = 22,
    BinaryView = 23,
    Utf8View = 24,
    ListView = 25,
    LargeListView = 26,
}

/// <summary>A column or a part of one as Arrow describes it.</summary>
internal sealed record ArrowField(string Name, ArrowKind Kind)
{
    public bool IsNullable { get; init; } = true;

    /// <summary>Bits of a number; bytes of a fixed binary; elements of a fixed list.</summary>
    public int Width { get; init; }

    public bool IsSigned { get; init; } = true;

    public int Precision { get; init; }

    public int Scale { get; init; }

    /// <summary>
    /// Unit of dates (0 day, 1 ms), times (0 s, 1 ms, 2 us, 3 ns) and intervals (0 months, 1 days, 2 all); of unions
    /// 0 where every child has every row, 1 where offsets say which row of a child.
    /// </summary>
    public int Unit { get; init; }

    public string? TimeZone { get; init; }

    /// <summary>Name of an extension type, such as <c>arrow.uuid</c>.</summary>
    public string? Extension { get; init; }

    /// <summary>The dictionary that its values stand in; null without.</summary>
    public long? DictionaryId { get; init; }

    /// <summary>Bits of the codes.</summary>
    public int IndexBits { get; init; }

    public ArrowField[] Children { get; init; } = [];

    /// <summary>UNION: the code of each child; none = their numbers.</summary>
    public int[] UnionCodes { get; init; } = [];

    /// <summary>The type that it is read as.</summary>
    public required LogicalType Type { get; init; }
}
