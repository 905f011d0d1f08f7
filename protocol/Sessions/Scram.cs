using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Protocol.Sessions;

/// <summary>
/// SCRAM-SHA-256 (RFC 5802, RFC 7677): a client proves that he knows a password and a server that he knows its
/// verifier, without either being sent. Without channel binding.
/// <code>
///   client   n,,n=USER,r=NONCE
///   server   r=NONCE AND MORE,s=SALT,i=ITERATIONS
///   client   c=biws,r=NONCE AND MORE,p=PROOF
///   server   v=SIGNATURE
/// </code>
/// </summary>
internal static class Scram
{
    /// <summary>Its name in SASL.</summary>
    public const string Mechanism = "SCRAM-SHA-256";

    /// <summary>What stands for "no channel binding" before the client's first message.</summary>
    internal const string NoBinding = "n,,";

    /// <summary>Bytes of a hash and of the keys.</summary>
    internal const int KeySize = 32;

    /// <summary>18 random bytes in base 64.</summary>
    internal static string NewNonce(IRandom random)
    {
        Span<byte> bytes = stackalloc byte[24];
        for (int i = 0; i < bytes.Length; i += 8) BitConverter.TryWriteBytes(bytes[i..], random.NextUInt64());
        return Convert.ToBase64String(bytes[..18]);
    }

    /// <summary>The password as it is hashed: normalised, so that one typed another way is the same.</summary>
    internal static byte[] SaltPassword(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        string prepared = password;
        if (!Ascii.IsValid(password))
        {
            try
            {
                prepared = password.Normalize(NormalizationForm.FormKC);
            }
            catch (ArgumentException)
            {
                // Not valid Unicode: taken as it is, as PostgreSQL does.
            }
        }
        return Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(prepared), salt, iterations, HashAlgorithmName.SHA256, KeySize);
    }

    internal static byte[] Hmac(ReadOnlySpan<byte> key, string text) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    internal static void Xor(Span<byte> target, ReadOnlySpan<byte> other)
    {
        for (int i = 0; i < target.Length; i++) target[i] ^= other[i];
    }

    /// <summary>The attributes of a message, which must be the given ones in this order; more may follow.</summary>
    internal static string[] Attributes(ReadOnlySpan<byte> message, params ReadOnlySpan<char> names)
    {
        string text = Engine.Bytes.Utf8.TryDecode(message) ?? throw Malformed();
        string[] parts = text.Split(',');
        if (parts.Length < names.Length) throw Malformed();
        string[] values = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (parts[i].Length < 2 || parts[i][0] != names[i] || parts[i][1] != '=') throw Malformed();
            values[i] = parts[i][2..];
        }
        return values;
    }

    internal static byte[] Decode(string base64)
    {
        if (!Base64.IsValid(base64)) throw Malformed();
        return Convert.FromBase64String(base64);
    }

    internal static int ReadIterations(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
        && iterations is >= ScramVerifier.MinIterations and <= ScramVerifier.MaxIterations
            ? iterations
            : throw Malformed();

    internal static ClusterException Malformed() => new(
        "Malformed message of the password exchange", isTransient: false, SqlStates.ProtocolViolation);
}

/// <summary>What a server keeps instead of a password: enough to check a proof, not enough to make one.</summary>
/// <param name="Salt">Random, for each password anew.</param>
/// <param name="Iterations">How often the password is hashed.</param>
/// <param name="StoredKey">The hash of the client's key.</param>
/// <param name="ServerKey">The server's key.</param>
internal sealed record ScramVerifier(
    ReadOnlyMemory<byte> Salt, int Iterations, ReadOnlyMemory<byte> StoredKey, ReadOnlyMemory<byte> ServerKey)
{
    /// <summary>The fewest iterations that are accepted.</summary>
    public const int MinIterations = 4096;

    /// <summary>The most: a peer must not keep this process busy for minutes.</summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>Iterations of new passwords.</summary>
    public const int DefaultIterations = 100_000;

    private const string Prefix = "SCRAM-SHA-256$";

    /// <summary>Makes the verifier of a new password.</summary>
    public static ScramVerifier Create(string password, IRandom random, int iterations = DefaultIterations) =>
        Create(password, Convert.FromBase64String(Scram.NewNonce(random)), iterations);

    /// <summary>Makes the verifier of a password with a given salt.</summary>
    public static ScramVerifier Create(string password, ReadOnlyMemory<byte> salt, int iterations)
    {
        byte[] salted = Scram.SaltPassword(password, salt.Span, iterations);
        return new ScramVerifier(
            salt, iterations, SHA256.HashData(Scram.Hmac(salted, "Client Key")), Scram.Hmac(salted, "Server Key"));
    }

    /// <summary>
    /// A verifier that nobody can satisfy, for users that do not exist: asking for one must look the same. Always the
    /// same one for a name.
    /// </summary>
    public static ScramVerifier Mock(string user, ReadOnlySpan<byte> secret, int iterations = DefaultIterations)
    {
        byte[] hash = Scram.Hmac(secret, user);
        return new ScramVerifier(
            hash.AsMemory(0, 18), iterations, SHA256.HashData(hash), Scram.Hmac(secret, user + " "));
    }

    /// <summary>Reads PostgreSQL's text form.</summary>
    /// <exception cref="CorruptDataException">It is none.</exception>
    public static ScramVerifier Parse(string text)
    {
        string[] parts = text.Split('$', ':');
        if (text.StartsWith(Prefix, StringComparison.Ordinal) && parts.Length == 5)
        {
            try
            {
                ScramVerifier verifier = new(
                    Scram.Decode(parts[2]), Scram.ReadIterations(parts[1]), Scram.Decode(parts[3]),
                    Scram.Decode(parts[4]));
                if (verifier.StoredKey.Length == Scram.KeySize && verifier.ServerKey.Length == Scram.KeySize)
                    return verifier;
            }
            catch (ClusterException)
            {
                // Malformed, as below.
            }
        }
        throw new CorruptDataException("password verifier", "catalog", 0);
    }

    /// <summary>PostgreSQL's text form: <c>SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY</c>.</summary>
    public string Format() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}{Iterations}:{Convert.ToBase64String(Salt.Span)}"
        + $"${Convert.ToBase64String(StoredKey.Span)}:{Convert.ToBase64String(ServerKey.Span)}");

    /// <summary>Nothing of a verifier belongs into a log.</summary>
    public override string ToString() => "ScramVerifier";
}

/// <summary>The client's side of one exchange.</summary>
internal sealed class ScramClient(string user, string password, IRandom random)
{
    private readonly string _first =
        $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)}"
        + $",r={Scram.NewNonce(random)}";

    private byte[] _signature = [];

    /// <summary>Begins with a nonce of its own, for tests.</summary>
    internal ScramClient(string user, string password, string nonce)
        : this(user, password, SystemRandom.Instance) => _first = $"n={user},r={nonce}";

    /// <summary>The first message.</summary>
    public byte[] First() => Encoding.UTF8.GetBytes(Scram.NoBinding + _first);

    /// <summary>The proof, in answer to the server's first message.</summary>
    /// <exception cref="ClusterException">The server's message is malformed.</exception>
    public byte[] Prove(ReadOnlySpan<byte> serverFirst)
    {
        string[] attributes = Scram.Attributes(serverFirst, 'r', 's', 'i');
        string nonce = attributes[0];
        string own = _first[(_first.IndexOf(",r=", StringComparison.Ordinal) + 3)..];
        // A server that repeats an old nonce would have an old proof replayed to him.
        if (!nonce.StartsWith(own, StringComparison.Ordinal) || nonce.Length == own.Length) throw Scram.Malformed();
        byte[] salted =
            Scram.SaltPassword(password, Scram.Decode(attributes[1]), Scram.ReadIterations(attributes[2]));
        string final = $"c={Convert.ToBase64String("n,,"u8)},r={nonce}";
        string all = $"{_first},{Encoding.UTF8.GetString(serverFirst)},{final}";
        byte[] proof = Scram.Hmac(salted, "Client Key");
        Scram.Xor(proof, Scram.Hmac(SHA256.HashData(proof), all));
        _signature = Scram.Hmac(Scram.Hmac(salted, "Server Key"), all);
        return Encoding.UTF8.GetBytes($"{final},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>Compares the server's proof that he knows the verifier.</summary>
    /// <exception cref="ClusterException">He does not.</exception>
    public void Check(ReadOnlySpan<byte> serverFinal)
    {
        byte[] signature = Scram.Decode(Scram.Attributes(serverFinal, 'v')[0]);
        if (_signature.Length > 0 && CryptographicOperations.FixedTimeEquals(signature, _signature)) return;
        throw new ClusterException(
            "The server cannot prove who he is", isTransient: false, SqlStates.InvalidPassword,
            "Something between this client and the server answers in its place.");
    }
}

/// <summary>The server's side of one exchange.</summary>
internal sealed class ScramServer(ScramVerifier verifier, IRandom random)
{
    private readonly string _nonce = Scram.NewNonce(random);
    private string _clientFirst = "", _serverFirst = "", _binding = "";

    /// <summary>Begins with a nonce of its own, for tests.</summary>
    internal ScramServer(ScramVerifier verifier, string nonce)
        : this(verifier, SystemRandom.Instance) => _nonce = nonce;

    /// <summary>The first message, in answer to the client's.</summary>
    /// <exception cref="ClusterException">The client's message is malformed.</exception>
    public byte[] Begin(ReadOnlySpan<byte> clientFirst)
    {
        // "y": the client could bind the proof to the channel, and was not offered it.
        if (!clientFirst.StartsWith("n,,"u8) && !clientFirst.StartsWith("y,,"u8)) throw Scram.Malformed();
        _binding = Convert.ToBase64String(clientFirst[..3]);
        ReadOnlySpan<byte> bare = clientFirst[3..];
        string[] attributes = Scram.Attributes(bare, 'n', 'r');
        if (attributes[1].Length is < 8 or > 256) throw Scram.Malformed();
        _clientFirst = Encoding.UTF8.GetString(bare);
        _serverFirst = string.Create(
            CultureInfo.InvariantCulture,
            $"r={attributes[1]}{_nonce},s={Convert.ToBase64String(verifier.Salt.Span)},i={verifier.Iterations}");
        return Encoding.UTF8.GetBytes(_serverFirst);
    }

    /// <summary>The last message, in answer to a proof that is right.</summary>
    /// <exception cref="ClusterException">It is wrong, or malformed.</exception>
    public byte[] Finish(ReadOnlySpan<byte> clientFinal)
    {
        string[] attributes = Scram.Attributes(clientFinal, 'c', 'r', 'p');
        string expectedNonce = Scram.Attributes(Encoding.UTF8.GetBytes(_serverFirst), 'r')[0];
        if (attributes[0] != _binding || attributes[1] != expectedNonce) throw Scram.Malformed();
        byte[] proof = Scram.Decode(attributes[2]);
        if (proof.Length != Scram.KeySize) throw Scram.Malformed();
        string final = Encoding.UTF8.GetString(clientFinal);
        string all = $"{_clientFirst},{_serverFirst},{final[..final.LastIndexOf(",p=", StringComparison.Ordinal)]}";
        // proof = client key xor signature, and the hash of the client key is what is stored.
        Scram.Xor(proof, Scram.Hmac(verifier.StoredKey.Span, all));
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(proof), verifier.StoredKey.Span))
        {
            throw new ClusterException(
                "Wrong user or password", isTransient: false, SqlStates.InvalidPassword);
        }
        return Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(Scram.Hmac(verifier.ServerKey.Span, all))}");
    }
}
