using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>An error is thrown at the other end as what it was here.</summary>
public sealed class FailureTests
{
    public static TheoryData<ColFragException> Errors =>
    [
        new QueryException(SqlStates.UndefinedColumn, "Column does not exist: x", 7, "Perhaps y is meant."),
        new QueryException(SqlStates.DivisionByZero, "Division by zero"),
        new CorruptDataException("run length", "sales.city", 4096),
        new StorageException("The disk is full", "/data/17", "Free space.", SqlStates.DiskFull),
        new ClusterException("Worker a1 does not answer", hint: "Wait."),
        new ClusterException("No common protocol version", isTransient: false, SqlStates.ProtocolViolation),
        new InvariantException("Broken invariant: x > 0"),
    ];

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_exception_crosses_the_wire_whole(ColFragException error)
    {
        ColFragException thrown = Cross(error);
        Assert.IsType(error.GetType(), thrown);
        Assert.Equal(error.Message, thrown.Message);
        Assert.Equal(error.SqlState, thrown.SqlState);
        Assert.Equal(error.Hint, thrown.Hint);
        Assert.Equal(error.IsTransient, thrown.IsTransient);
        Assert.Equal((error as QueryException)?.Position, (thrown as QueryException)?.Position);
        Assert.Equal((error as StorageException)?.Path, (thrown as StorageException)?.Path);
        Assert.Equal((error as CorruptDataException)?.Offset, (thrown as CorruptDataException)?.Offset);
        Assert.Equal((error as CorruptDataException)?.SourceName, (thrown as CorruptDataException)?.SourceName);
    }

    [Fact]
    public void An_exception_of_others_arrives_as_a_defect_with_its_type()
    {
        ColFragException thrown = Cross(new ArithmeticException("odd"));
        Assert.IsType<InvariantException>(thrown);
        Assert.Equal("Unexpected ArithmeticException: odd", thrown.Message);
    }

    [Fact]
    public void A_cancelled_call_is_a_cancelled_statement() =>
        Assert.Equal(SqlStates.QueryCanceled, Cross(new OperationCanceledException()).SqlState);

    [Fact]
    public void A_kind_that_is_not_known_yet_is_still_an_error()
    {
        using ByteWriter bytes = new();
        MessagePackWriter target = new(bytes);
        target.WriteArrayHeader(8);
        target.Write(99);
        foreach (string? text in (string?[])["12345", "new", null]) target.Write(text);
        target.Write(-1);
        target.Write(true);
        target.WriteNil();
        target.Write(-1);
        Failure read = Failure.Read(new MessagePackReader(bytes.WrittenMemory, "test"));
        Assert.IsType<InvariantException>(read.ToException());
    }

    private static ColFragException Cross(Exception error)
    {
        using ByteWriter bytes = FrameWriter.Of(FrameKind.Failure, 1, Failure.From(error));
        using Frame frame = Frame.Read(bytes.WrittenSpan, 10_000, "peer");
        return ((Failure)MessageRegistry.Read(frame, "peer")).ToException();
    }
}
