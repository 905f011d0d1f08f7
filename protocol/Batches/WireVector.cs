using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Protocol.Batches;

/// <summary>
/// How batches lie in the body of a data frame; a body has one batch or more. Its own list of forms, not those of
/// files: files change with their encodings, the wire with the protocol's version.
/// <code>
///   batch
///   bytes    field
///   4        row count R, 0 to 2,048
///   2        column count
///   1        version of this form: 1
///   1        0
///   ...      a vector per column
///
///   vector
///   1        shape: 0 flat, 1 constant, 2 dictionary, 3 narrow
///   1        lane: the number in PhysicalType of the elements below
///   1        parts: bit 0 = validity follows, bit 1 = the dictionary's values follow
///   1        text: bytes of a length, 1, 2 or 4; else 0
///   4        row count N (R for a column); E = 1 where constant, else N
///   dictionary:  4 number of the dictionary in this stream, from 0; 4 flags, bit 0 = values are in order;
///                with bit 1 of the parts: the values as a flat vector without validity
///   narrow:      16 base; the values are base + element
///   validity:    8 x ceil(E / 64), a bit per element, 1 = has a value
///   elements, by the type of the lane:
///     integers, floats, INTERVAL:  E elements
///     text:    E lengths; 4 length of all texts, 4 zeros; the texts
///     LIST:    E x 4 lengths; the elements as a vector
///     STRUCT:  a vector per field, of E rows
///     ARRAY:   the elements as a vector
/// </code>
/// Little-endian; every part is padded with zeros to a multiple of 8, so that it begins at one. Elements without a
/// value are 0, so that equal batches have equal bytes and none of the sender's memory leaves with them.
/// </summary>
internal static class WireVector
{
    /// <summary>The form's version.</summary>
    public const byte Version = 1;

    /// <summary>Bit of the parts: validity follows.</summary>
    public const byte HasValidity = 1;

    /// <summary>Bit of the parts: the dictionary's values follow.</summary>
    public const byte HasValues = 2;

    /// <summary>Bit of a dictionary's flags: its values are in order.</summary>
    public const uint IsSorted = 1;

    /// <summary>The most elements of a nested vector; a constant one takes no bytes for them.</summary>
    public const int MaxElements = 1 << 24;

    /// <summary>The most dictionaries of one stream.</summary>
    public const int MaxDictionaries = 4096;

    /// <summary>The most bytes of values in the dictionaries of one stream: they stay until its end.</summary>
    public const long MaxDictionaryBytes = 64 << 20;

    /// <summary>A dictionary with so many values is never sent.</summary>
    public const int MaxDictionaryCount = 1 << 20;

    /// <summary>True where narrow lanes may stand for values of a type.</summary>
    public static bool CanBeNarrow(LogicalType type) =>
        type.Physical.IsInteger() && type.Kind is not (TypeKind.Boolean or TypeKind.Enum or TypeKind.Uuid);

    /// <summary>True for lanes of codes.</summary>
    public static bool IsCodeLane(PhysicalType lane) =>
        lane is PhysicalType.UInt8 or PhysicalType.UInt16 or PhysicalType.UInt32;

    /// <summary>True for lanes of narrow values of a type: narrower than the type's own.</summary>
    public static bool IsNarrowLane(PhysicalType lane, LogicalType type) =>
        (IsCodeLane(lane) || lane == PhysicalType.UInt64) && lane.SizeBytes() < type.Physical.SizeBytes();

    /// <summary>Elements that lie in the bytes.</summary>
    public static int ElementCount(VectorShape shape, int rowCount) => shape == VectorShape.Constant ? 1 : rowCount;
}
