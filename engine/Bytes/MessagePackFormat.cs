namespace ColFrag.Engine.Bytes;

/// <summary>
/// The first byte of a value in MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md). Numbers in it are
/// big-endian.
/// <code>
///   0x00-0x7f  positive fixint          0xca-0xcb  float 32, 64
///   0x80-0x8f  fixmap                   0xcc-0xcf  uint 8, 16, 32, 64
///   0x90-0x9f  fixarray                 0xd0-0xd3  int 8, 16, 32, 64
///   0xa0-0xbf  fixstr                   0xd4-0xd8  fixext 1, 2, 4, 8, 16
///   0xc0       nil                      0xd9-0xdb  str 8, 16, 32
///   0xc2-0xc3  false, true              0xdc-0xdd  array 16, 32
///   0xc4-0xc6  bin 8, 16, 32            0xde-0xdf  map 16, 32
///   0xc7-0xc9  ext 8, 16, 32            0xe0-0xff  negative fixint
/// </code>
/// </summary>
internal static class MessagePackFormat
{
    internal const byte FixMap = 0x80, FixArray = 0x90, FixString = 0xA0;
    internal const byte Nil = 0xC0, False = 0xC2, True = 0xC3;
    internal const byte Binary8 = 0xC4, Binary16 = 0xC5, Binary32 = 0xC6;
    internal const byte Extension8 = 0xC7, Extension16 = 0xC8, Extension32 = 0xC9;
    internal const byte Float32 = 0xCA, Float64 = 0xCB;
    internal const byte Unsigned8 = 0xCC, Unsigned16 = 0xCD, Unsigned32 = 0xCE, Unsigned64 = 0xCF;
    internal const byte Signed8 = 0xD0, Signed16 = 0xD1, Signed32 = 0xD2, Signed64 = 0xD3;
    internal const byte FixExtension1 = 0xD4, FixExtension16 = 0xD8;
    internal const byte String8 = 0xD9, String16 = 0xDA, String32 = 0xDB;
    internal const byte Array16 = 0xDC, Array32 = 0xDD, Map16 = 0xDE, Map32 = 0xDF;
    internal const byte NegativeFixInt = 0xE0;

    /// <summary>The extension type of a point in time.</summary>
    internal const sbyte TimestampType = -1;
}

/// <summary>What the next value is.</summary>
internal enum MessagePackType
{
    /// <summary>Nothing follows.</summary>
    End,
    /// <summary>Nil.</summary>
    Nil,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A whole number of any size.</summary>
    Integer,
    /// <summary>A float of 32 or 64 bits.</summary>
    Float,
    /// <summary>A text.</summary>
    String,
    /// <summary>Bytes.</summary>
    Binary,
    /// <summary>An array.</summary>
    Array,
    /// <summary>A map.</summary>
    Map,
    /// <summary>Bytes with a type number, such as a timestamp.</summary>
    Extension,
}
