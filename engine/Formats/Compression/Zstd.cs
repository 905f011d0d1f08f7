using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>Zstandard (RFC 8878) by the system's libzstd.</summary>
internal static unsafe class Zstd
{
    private static readonly NativeCodec s_library = new(
        "Zstandard", "libzstd1", "libzstd.so.1", "libzstd.so", "libzstd.1.dylib", "libzstd.dylib", "libzstd.dll",
        "zstd.dll");

    private static readonly Lazy<Functions> s_functions = new(() => new Functions(s_library));

    [ThreadStatic]
    private static Context? t_decompression;

    [ThreadStatic]
    private static Context? t_compression;

    /// <summary>True when the library is installed.</summary>
    public static bool IsAvailable => s_library.IsAvailable;

    /// <summary>
    /// Decompresses into a target of the very length; false when the bytes are damaged or do not fill it.
    /// </summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Functions functions = s_functions.Value;
        t_decompression ??= new Context(functions.CreateDecompression(), functions.FreeDecompression);
        fixed (byte* from = source, to = target)
        {
            nuint written = functions.Decompress(
                t_decompression.Handle, to, (nuint)target.Length, from, (nuint)source.Length);
            return functions.IsError(written) == 0 && written == (nuint)target.Length;
        }
    }

    /// <summary>Compresses; the result is at most <see cref="MaxCompressedLength"/> long.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target, int level)
    {
        Functions functions = s_functions.Value;
        t_compression ??= new Context(functions.CreateCompression(), functions.FreeCompression);
        fixed (byte* from = source, to = target)
        {
            nuint written = functions.Compress(
                t_compression.Handle, to, (nuint)target.Length, from, (nuint)source.Length, level);
            Invariant.Holds(functions.IsError(written) == 0);
            return (int)written;
        }
    }

    /// <summary>The most bytes that compressing so many can give.</summary>
    public static int MaxCompressedLength(int length) => checked(length + (length / 128) + 1024);

    /// <summary>A stream of what another stream's bytes decompress to.</summary>
    public static Stream Open(Stream source, string name) =>
        new DecompressionStream(source, new Decoder(s_functions.Value), name);

    private sealed class Decoder(Functions functions) : IStreamDecoder
    {
        private readonly Context _context = new(functions.CreateDecompression(), functions.FreeDecompression);

        public bool IsAtFrameEnd { get; private set; } = true;

        public bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target, out int used, out int written)
        {
            fixed (byte* from = source, to = target)
            {
                Buffer input = new() { Pointer = from, Size = (nuint)source.Length };
                Buffer output = new() { Pointer = to, Size = (nuint)target.Length };
                nuint result = functions.DecompressStream(_context.Handle, &output, &input);
                used = (int)input.Position;
                written = (int)output.Position;
                // Asked at the end of the input, the library already speaks of a next frame.
                if (used + written > 0) IsAtFrameEnd = result == 0;
                return functions.IsError(result) == 0;
            }
        }

        public void Dispose() => _context.Dispose();
    }

    private struct Buffer
    {
        public byte* Pointer;
        public nuint Size;
        public nuint Position;
    }

    private sealed class Context(nint handle, delegate* unmanaged<nint, nuint> free) : SafeHandle(0, true)
    {
        public nint Handle { get; } = handle;

        public override bool IsInvalid => Handle == 0;

        protected override bool ReleaseHandle()
        {
            free(Handle);
            return true;
        }
    }

    private sealed class Functions(NativeCodec library)
    {
        public readonly delegate* unmanaged<nuint, uint> IsError =
            (delegate* unmanaged<nuint, uint>)library.Function("ZSTD_isError");

        public readonly delegate* unmanaged<nint> CreateDecompression =
            (delegate* unmanaged<nint>)library.Function("ZSTD_createDCtx");

        public readonly delegate* unmanaged<nint, nuint> FreeDecompression =
            (delegate* unmanaged<nint, nuint>)library.Function("ZSTD_freeDCtx");

        public readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> Decompress =
            (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)library.Function("ZSTD_decompressDCtx");

        public readonly delegate* unmanaged<nint, Buffer*, Buffer*, nuint> DecompressStream =
            (delegate* unmanaged<nint, Buffer*, Buffer*, nuint>)library.Function("ZSTD_decompressStream");

        public readonly delegate* unmanaged<nint> CreateCompression =
            (delegate* unmanaged<nint>)library.Function("ZSTD_createCCtx");

        public readonly delegate* unmanaged<nint, nuint> FreeCompression =
            (delegate* unmanaged<nint, nuint>)library.Function("ZSTD_freeCCtx");

        public readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint> Compress =
            (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint>)library.Function("ZSTD_compressCCtx");
    }
}
