using System.Globalization;
using System.Text.RegularExpressions;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>docs/protocol.md says what the code does: its tables and limits are compared with the constants.</summary>
public sealed class ProtocolDocumentTests
{
    private static readonly string s_text = File.ReadAllText(Repository.PathOf("docs", "protocol.md"));

    [Fact]
    public void Messages_are_those_of_the_registry() => Assert.Equal(
        MessageRegistry.All.Select(static entry => ($"{entry.Number}", entry.Type.Name)), Pairs("Number | Message"));

    [Fact]
    public void Kinds_of_frames_are_those_of_the_code() => Assert.Equal(
        Enum.GetValues<FrameKind>().Select(static kind => ($"{(int)kind}", kind.ToString())), Pairs("Kind | Name"));

    [Fact]
    public void Types_of_data_are_those_of_the_code() => Assert.Equal(
        Enum.GetValues<DataType>().Select(static type => ($"{(int)type}", type.ToString())), Pairs("Data type | Name"));

    [Fact]
    public void Kinds_of_failures_are_those_of_the_code() => Assert.Equal(
        Enum.GetValues<FailureKind>().Select(static kind => ($"{(int)kind}", kind.ToString())),
        Pairs("Failure kind | Name"));

    [Fact]
    public void Physical_types_have_the_numbers_and_sizes_of_the_code() => Assert.Equal(
        Enum.GetValues<PhysicalType>().Select(static type => ($"{(int)type}", $"{type} {type.SizeBytes()}")),
        Rows("Number | Physical type").Select(static row => (row[0], $"{row[1]} {row[2]}")));

    [Fact]
    public void The_header_lies_as_drawn()
    {
        List<string[]> rows = [.. Rows("Offset | Bytes")];
        int offset = 0;
        foreach (string[] row in rows.SkipLast(1))
        {
            Assert.Equal($"{offset}", row[0]);
            offset += int.Parse(row[1], CultureInfo.InvariantCulture);
        }
        Assert.Equal(FrameHeader.Size, offset);
        Assert.Equal($"{FrameHeader.Size}", rows[^1][0]);
        Assert.Equal($"{FrameHeader.ChecksumOffset}", rows[^2][0]);
    }

    [Fact]
    public void Limits_and_names_are_those_of_the_code()
    {
        RpcLimits limits = RpcLimits.Default;
        foreach (string said in (string[])[
            $"{RpcLimits.MaxBodyBytes:N0} bytes, and {RpcLimits.MaxHelloBytes:N0} before",
            $"the answerer's is {limits.WindowBytes:N0} bytes",
            $"{limits.MaxCalls:N0} calls under way",
            $"{limits.MaxQueuedBytes:N0} bytes queued",
            $"{limits.HelloTimeout.TotalSeconds} s for connecting",
            $"After {limits.KeepAliveInterval.TotalSeconds} s without a frame",
            $"after {limits.KeepAliveTimeout.TotalSeconds} s it gives",
            $"speaks versions {ProtocolVersion.Oldest} to {ProtocolVersion.Newest}",
            $"nest at most {Engine.Bytes.MessagePackReader.DefaultMaxDepth:N0} deep",
            $"row count, 0 to {Batch.MaxRows:N0}",
            $"version of this form: {WireVector.Version}",
            $"at most {WireVector.MaxDictionaries:N0} dictionaries of {WireVector.MaxDictionaryBytes:N0} bytes",
            $"one at most {WireVector.MaxDictionaryCount:N0} values",
            $"{WireVector.MaxElements:N0} elements",
            $"`{System.Text.Encoding.ASCII.GetString(SocketTransport.NodePreface.Span)}` |",
            $"`{System.Text.Encoding.ASCII.GetString(SocketTransport.SessionPreface.Span)}` |"])
        {
            string[] words = [.. said.Split(' ').Select(Regex.Escape)];
            Assert.Matches(new Regex(string.Join(@"\s+", words)), s_text);
        }
        foreach (VectorShape shape in Enum.GetValues<VectorShape>())
            Assert.Contains($"{(int)shape} {shape.ToString().ToLowerInvariant()}", s_text, StringComparison.Ordinal);
    }

    private static IEnumerable<(string, string)> Pairs(string head) =>
        Rows(head).Select(static row => (row[0], row[1]));

    /// <summary>The rows of the table whose head begins with the given cells.</summary>
    private static IEnumerable<string[]> Rows(string head)
    {
        int start = s_text.IndexOf($"| {head} |", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/protocol.md has no table with the head {head}");
        return s_text[start..].Split('\n').Skip(2).TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Trim('|').Split('|').Select(static cell => cell.Trim()).ToArray());
    }
}
