using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>LZ4 blocks and frames by the system's liblz4.</summary>
internal static unsafe class Lz4
{
    private const uint FrameVersion = 100;

    private static readonly NativeCodec s_library = new(
        "LZ4", "liblz4-1", "liblz4.so.1", "liblz4.so", "liblz4.1.dylib", "liblz4.dylib", "liblz4.dll", "lz4.dll");

    private static readonly Lazy<Functions> s_functions = new(() => new Functions(s_library));

    /// <summary>True when the library is installed.</summary>
    public static bool IsAvailable => s_library.IsAvailable;

    /// <summary>Decompresses one block into a target of the very length; false when the bytes are damaged.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
        {
            return s_functions.Value.Decompress(from, to, source.Length, target.Length) == target.Length;
        }
    }

    /// <summary>Compresses one block; the result is at most <see cref="MaxCompressedLength"/> long.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
        {
            int written = s_functions.Value.Compress(from, to, source.Length, target.Length);
            Invariant.Holds(written > 0);
            return written;
        }
    }

    /// <summary>The most bytes that compressing so many can give.</summary>
    public static int MaxCompressedLength(int length) => checked(length + (length / 255) + 16);

    /// <summary>Decompresses frames into a target of the very length; false when the bytes are damaged.</summary>
    public static bool TryDecompressFrames(ReadOnlySpan<byte> source, Span<byte> target)
    {
        using Decoder decoder = new(s_functions.Value);
        while (!source.IsEmpty)
        {
            if (!decoder.TryDecode(source, target, out int used, out int written) || (used == 0 && written == 0))
                return false;
            source = source[used..];
            target = target[written..];
        }
        return target.IsEmpty && decoder.IsAtFrameEnd;
    }

    /// <summary>Compresses bytes as one frame; the result is at most <see cref="MaxFrameLength"/> long.</summary>
    public static int CompressFrame(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Functions functions = s_functions.Value;
        fixed (byte* from = source, to = target)
        {
            nuint written = functions.CompressFrame(to, (nuint)target.Length, from, (nuint)source.Length, null);
            Invariant.Holds(functions.IsError(written) == 0);
            return (int)written;
        }
    }

    /// <summary>The most bytes that a frame of so many can take.</summary>
    public static int MaxFrameLength(int length) =>
        checked((int)s_functions.Value.CompressFrameBound((nuint)length, null));

    /// <summary>A stream of what another stream's frames decompress to.</summary>
    public static Stream Open(Stream source, string name) =>
        new DecompressionStream(source, new Decoder(s_functions.Value), name);

    private sealed class Decoder : SafeHandle, IStreamDecoder
    {
        private readonly Functions _functions;

        public Decoder(Functions functions)
            : base(0, true)
        {
            _functions = functions;
            nint context;
            Invariant.Holds(functions.IsError(functions.CreateContext(&context, FrameVersion)) == 0);
            SetHandle(context);
        }

        public override bool IsInvalid => handle == 0;

        public bool IsAtFrameEnd { get; private set; } = true;

        public bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target, out int used, out int written)
        {
            nuint sourceSize = (nuint)source.Length, targetSize = (nuint)target.Length;
            nuint result;
            fixed (byte* from = source, to = target)
            {
                result = _functions.DecompressFrame(handle, to, &targetSize, from, &sourceSize, null);
            }
            used = (int)sourceSize;
            written = (int)targetSize;
            // Asked at the end of the input, the library already speaks of a next frame.
            if (used + written > 0) IsAtFrameEnd = result == 0;
            return _functions.IsError(result) == 0;
        }

        protected override bool ReleaseHandle()
        {
            _functions.FreeContext(handle);
            return true;
        }
    }

    private sealed class Functions(NativeCodec library)
    {
        public readonly delegate* unmanaged<byte*, byte*, int, int, int> Decompress =
            (delegate* unmanaged<byte*, byte*, int, int, int>)library.Function("LZ4_decompress_safe");

        public readonly delegate* unmanaged<byte*, byte*, int, int, int> Compress =
            (delegate* unmanaged<byte*, byte*, int, int, int>)library.Function("LZ4_compress_default");

        public readonly delegate* unmanaged<nuint, uint> IsError =
            (delegate* unmanaged<nuint, uint>)library.Function("LZ4F_isError");

        public readonly delegate* unmanaged<nint*, uint, nuint> CreateContext =
            (delegate* unmanaged<nint*, uint, nuint>)library.Function("LZ4F_createDecompressionContext");

        public readonly delegate* unmanaged<nint, nuint> FreeContext =
            (delegate* unmanaged<nint, nuint>)library.Function("LZ4F_freeDecompressionContext");

        public readonly delegate* unmanaged<nint, byte*, nuint*, byte*, nuint*, void*, nuint> DecompressFrame =
            (delegate* unmanaged<nint, byte*, nuint*, byte*, nuint*, void*, nuint>)library.Function("LZ4F_decompress");

        public readonly delegate* unmanaged<byte*, nuint, byte*, nuint, void*, nuint> CompressFrame =
            (delegate* unmanaged<byte*, nuint, byte*, nuint, void*, nuint>)library.Function("LZ4F_compressFrame");

        public readonly delegate* unmanaged<nuint, void*, nuint> CompressFrameBound =
            (delegate* unmanaged<nuint, void*, nuint>)library.Function("LZ4F_compressFrameBound");
    }
}
