using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Cluster.Tests.Protocol;

public sealed class ScramTests
{
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO", ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    /// <summary>The exchange in RFC 7677, section 3.</summary>
    [Fact]
    public void The_published_exchange_is_reproduced()
    {
        ScramVerifier verifier =
            ScramVerifier.Create("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        ScramClient client = new("user", "pencil", ClientNonce);
        ScramServer server = new(verifier, ServerNonce);
        byte[] clientFirst = client.First();
        Assert.Equal($"n,,n=user,r={ClientNonce}", Text(clientFirst));
        byte[] serverFirst = server.Begin(clientFirst);
        Assert.Equal($"r={ClientNonce}{ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", Text(serverFirst));
        byte[] clientFinal = client.Prove(serverFirst);
        Assert.Equal(
            $"c=biws,r={ClientNonce}{ServerNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", Text(clientFinal));
        byte[] serverFinal = server.Finish(clientFinal);
        Assert.Equal("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Text(serverFinal));
        client.Check(serverFinal);
    }

    [Fact]
    public void A_verifier_is_written_as_PostgreSQL_writes_it()
    {
        ScramVerifier verifier = ScramVerifier.Create("secret", SystemRandom.Instance, 4096);
        string text = verifier.Format();
        Assert.Matches(@"^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{24}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$", text);
        Assert.Equal(text, ScramVerifier.Parse(text).Format());
        string weak = text.Replace("4096", "1", StringComparison.Ordinal);
        foreach (string wrong in (string[])["", "md5abc", text[..^1], weak])
            Assert.Throws<CorruptDataException>(() => ScramVerifier.Parse(wrong));
        Assert.DoesNotContain(text, $"{verifier}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_does_not_know_the_verifier_is_found_out()
    {
        ScramVerifier verifier = ScramVerifier.Create("secret", SystemRandom.Instance, 4096);
        ScramClient client = new("user", "secret", SystemRandom.Instance);
        ScramServer server = new(verifier, SystemRandom.Instance);
        byte[] clientFinal = client.Prove(server.Begin(client.First()));
        byte[] serverFinal = server.Finish(clientFinal);
        client.Check(serverFinal);
        byte[] forged = [.. serverFinal];
        forged[2] = forged[2] == (byte)'A' ? (byte)'B' : (byte)'A';
        Assert.Throws<ClusterException>(() => client.Check(forged));
    }

    [Fact]
    public void A_proof_of_another_exchange_is_refused()
    {
        ScramVerifier verifier = ScramVerifier.Create("secret", SystemRandom.Instance, 4096);
        ScramClient client = new("user", "secret", "client nonce 1");
        byte[] proof = client.Prove(new ScramServer(verifier, "first").Begin(client.First()));
        ScramServer second = new(verifier, "second");
        second.Begin(client.First());
        Assert.Throws<ClusterException>(() => second.Finish(proof));
    }

    [Theory]
    [InlineData("")]
    [InlineData("r=abc")]
    [InlineData("r=client nonce 1,s=AAAA,i=4096")]
    [InlineData("r=client nonce 1x,s=AAAA,i=1")]
    [InlineData("r=client nonce 1x,s=AAAA,i=99999999999")]
    [InlineData("r=client nonce 1x,s=!!,i=4096")]
    [InlineData("r=other nonce,s=AAAA,i=4096")]
    [InlineData("s=AAAA,r=client nonce 1x,i=4096")]
    public void Malformed_questions_are_refused(string question)
    {
        ScramClient client = new("user", "secret", "client nonce 1");
        Assert.Throws<ClusterException>(() => client.Prove(Encoding.UTF8.GetBytes(question)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("n,,")]
    [InlineData("p=tls-unique,,n=user,r=abcdefgh")]
    [InlineData("n,,n=user,r=short")]
    [InlineData("n,,r=abcdefgh,n=user")]
    public void Malformed_beginnings_are_refused(string beginning)
    {
        ScramServer server = new(ScramVerifier.Mock("user", "secret"u8, 4096), "nonce");
        Assert.Throws<ClusterException>(() => server.Begin(Encoding.UTF8.GetBytes(beginning)));
    }

    [Fact]
    public void A_user_who_does_not_exist_is_asked_the_same_every_time()
    {
        string first = ScramVerifier.Mock("bob", "secret"u8).Format();
        Assert.Equal(first, ScramVerifier.Mock("bob", "secret"u8).Format());
        Assert.NotEqual(first, ScramVerifier.Mock("eve", "secret"u8).Format());
        Assert.NotEqual(first, ScramVerifier.Mock("bob", "other"u8).Format());
    }

    private static string Text(byte[] message) => Encoding.UTF8.GetString(message);
}
