using System.Security.Cryptography;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>hash(any values), sha512 and crc32.</summary>
internal static class HashFunctions
{
    private static readonly FunctionInfo s_hash = new("hash",
        "A 64-bit hash of the values; equal values have equal hashes in this version.")
    {
        Category = "Hashes", Example = "hash(1, 'a') = hash(1, 'a')", Returns = "true",
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_sha512 = new("sha512", "SHA-512 of a text, in hex digits.")
    {
        Category = "Hashes", Example = "left(sha512('abc'), 16)", Returns = "ddaf35a193617aba",
    };

    private static readonly FunctionInfo s_crc = new("crc32", "CRC-32 of a text, as zip and PNG have it.")
    {
        Category = "Hashes", Example = "crc32('abc')", Returns = "891568578",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_hash, [ParameterPattern.Any], t => new HashFunction(s_hash, t), isVariadic: true),
        FunctionEntries.Bound(
            s_sha512, [LogicalType.Varchar],
            t => new RowFunction<Sha512Kernel, ReadOnlySpan<byte>>(s_sha512, t, LogicalType.Varchar, default)),
        FunctionEntries.Bound(
            s_crc, [LogicalType.Varchar], t => new RowFunction<CrcKernel, long>(s_crc, t, LogicalType.BigInt, default)),
    ];

    private sealed unsafe class HashFunction(FunctionInfo info, LogicalType[] types)
        : FlatFunction(info, types, LogicalType.UBigInt)
    {
        protected override void Run(
            ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
                FunctionContext context)
        {
            ulong* target = (ulong*)result.Data;
            using ByteWriter writer = new();
            foreach (ColumnVector argument in arguments)
            {
                for (int row = 0; row < count; row++)
                {
                    writer.Clear();
                    ValueBytes.Write(writer, argument.GetValue(row));
                    target[row] = XxHash64.Hash(writer.WrittenSpan, target[row]);
                }
            }
        }
    }

    private readonly struct Sha512Kernel : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
            SHA512.HashData(arguments.Get<ReadOnlySpan<byte>>(0, row), hash);
            Utf8Writer target = new(context.Text, hash.Length * 2);
            BlobText.AppendHex(ref target, hash);
            result = target.End();
            return true;
        }
    }

    private readonly struct CrcKernel : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            // The polynomial of zip and PNG, bit by bit reflected.
            uint crc = uint.MaxValue;
            foreach (byte b in arguments.Get<ReadOnlySpan<byte>>(0, row))
            {
                crc ^= b;
                for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
            }
            result = ~crc;
            return true;
        }
    }
}
