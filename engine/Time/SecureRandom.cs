using System.Security.Cryptography;

namespace ColFrag.Engine.Time;

/// <summary>Random numbers that nobody can foretell: salts, nonces, secrets.</summary>
public sealed class SecureRandom : IRandom
{
    /// <summary>The one instance.</summary>
    public static SecureRandom Instance { get; } = new();

    /// <inheritdoc/>
    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    /// <inheritdoc/>
    public int Next(int limit) => RandomNumberGenerator.GetInt32(limit);
}
