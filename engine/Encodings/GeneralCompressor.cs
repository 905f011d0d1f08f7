using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// General compression by the system's libraries, which are loaded when first asked for. Where one is absent, the error
/// says how to get it.
/// </summary>
internal static unsafe class GeneralCompressor
{
    private const int ZstdLevel = 3;

    private static readonly Lazy<ZstdLibrary> Zstd = new(() => new ZstdLibrary());
    private static readonly Lazy<Lz4Library> Lz4 = new(() => new Lz4Library());

    /// <summary>True when the library is there.</summary>
    public static bool IsAvailable(GeneralCompression compression) => compression switch
    {
        GeneralCompression.Zstd => Zstd.Value.IsLoaded,
        GeneralCompression.Lz4 => Lz4.Value.IsLoaded,
        _ => true,
    };

    /// <summary>Appends the compressed bytes.</summary>
    /// <exception cref="QueryException">The library is not installed.</exception>
    public static void Compress(GeneralCompression compression, ReadOnlySpan<byte> bytes, ByteWriter target)
    {
        int start = target.Length;
        nuint bound = compression == GeneralCompression.Zstd
            ? Zstd.Value.Loaded.Bound((nuint)bytes.Length) : (nuint)Lz4.Value.Loaded.Bound(bytes.Length);
        Span<byte> room = target.Append(checked((int)bound));
        fixed (byte* from = bytes)
        fixed (byte* to = room)
        {
            long written = compression == GeneralCompression.Zstd
                ? Zstd.Value.Compress(to, (nuint)room.Length, from, (nuint)bytes.Length, ZstdLevel)
                : Lz4.Value.Compress(from, to, bytes.Length, room.Length);
            Invariant.Holds(written >= 0);
            target.Truncate(start + (int)written);
        }
    }

    /// <summary>Decompresses into exactly as many bytes as the target has; false when the bytes are damaged.</summary>
    /// <exception cref="QueryException">The library is not installed.</exception>
    public static bool TryDecompress(GeneralCompression compression, ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        fixed (byte* from = bytes)
        fixed (byte* to = target)
        {
            long written = compression == GeneralCompression.Zstd
                ? Zstd.Value.Decompress(to, (nuint)target.Length, from, (nuint)bytes.Length)
                : Lz4.Value.Decompress(from, to, bytes.Length, target.Length);
            return written == target.Length;
        }
    }

    /// <summary>The error where a library is absent.</summary>
    public static QueryException Missing(GeneralCompression compression) => compression == GeneralCompression.Zstd
        ? Missing("libzstd.so.1", "libzstd1") : Missing("liblz4.so.1", "liblz4-1");

    private static bool TryLoad(ReadOnlySpan<string> names, out nint library)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out library)) return true;
        }
        library = 0;
        return false;
    }

    private static QueryException Missing(string library, string package) => new(
        SqlStates.FeatureNotSupported, $"Compression library not installed: {library}",
        hint: $"Install it (apt-get install {package}), or choose another compression.");

    private sealed class ZstdLibrary
    {
        private readonly delegate* unmanaged<nuint, nuint> _bound;
        private readonly delegate* unmanaged<byte*, nuint, byte*, nuint, int, nuint> _compress;
        private readonly delegate* unmanaged<byte*, nuint, byte*, nuint, nuint> _decompress;
        private readonly delegate* unmanaged<nuint, uint> _isError;

        public ZstdLibrary()
        {
            if (!TryLoad(["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll"], out nint library)) return;
            _bound = (delegate* unmanaged<nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compressBound");
            _compress = (delegate* unmanaged<byte*, nuint, byte*, nuint, int, nuint>)
                NativeLibrary.GetExport(library, "ZSTD_compress");
            _decompress = (delegate* unmanaged<byte*, nuint, byte*, nuint, nuint>)
                NativeLibrary.GetExport(library, "ZSTD_decompress");
            _isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        }

        public bool IsLoaded => _bound != null;

        public ZstdLibrary Loaded => IsLoaded ? this : throw Missing(GeneralCompression.Zstd);

        public nuint Bound(nuint size) => _bound(size);

        public long Compress(byte* to, nuint room, byte* from, nuint size, int level) =>
            Result(_compress(to, room, from, size, level));

        public long Decompress(byte* to, nuint room, byte* from, nuint size) =>
            Result(Loaded._decompress(to, room, from, size));

        private long Result(nuint result) => _isError(result) != 0 ? -1 : (long)result;
    }

    private sealed class Lz4Library
    {
        private readonly delegate* unmanaged<int, int> _bound;
        private readonly delegate* unmanaged<byte*, byte*, int, int, int> _compress;
        private readonly delegate* unmanaged<byte*, byte*, int, int, int> _decompress;

        public Lz4Library()
        {
            if (!TryLoad(["liblz4.so.1", "liblz4.1.dylib", "liblz4.dll"], out nint library)) return;
            _bound = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "LZ4_compressBound");
            _compress = (delegate* unmanaged<byte*, byte*, int, int, int>)
                NativeLibrary.GetExport(library, "LZ4_compress_default");
            _decompress = (delegate* unmanaged<byte*, byte*, int, int, int>)
                NativeLibrary.GetExport(library, "LZ4_decompress_safe");
        }

        public bool IsLoaded => _bound != null;

        public Lz4Library Loaded => IsLoaded ? this : throw Missing(GeneralCompression.Lz4);

        public int Bound(int size) => _bound(size);

        public int Compress(byte* from, byte* to, int size, int room)
        {
            int written = _compress(from, to, size, room);
            return written > 0 || size == 0 ? written : -1;
        }

        public int Decompress(byte* from, byte* to, int size, int room) => Loaded._decompress(from, to, size, room);
    }
}
