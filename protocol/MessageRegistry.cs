using System.Collections.Frozen;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol;

/// <summary>Every message beside its number on the wire. Numbers are never reused.</summary>
internal static class MessageRegistry
{
    private static readonly Dictionary<ushort, Entry> Entries = new()
    {
        // The protocol itself.
        [1] = Entry.Of(Hello.Read),
        [2] = Entry.Of(Welcome.Read),
        [3] = Entry.Of(Failure.Read),
        [4] = Entry.Of(Done.Read),
        [5] = Entry.Of(Challenge.Read),

        // Sessions of remote clients.
        [10] = Entry.Of(SessionHello.Read),
        [11] = Entry.Of(SessionWelcome.Read),
        [12] = Entry.Of(RunStatement.Read),
        [13] = Entry.Of(PrepareStatement.Read),
        [14] = Entry.Of(StatementPrepared.Read),
        [15] = Entry.Of(CloseStatement.Read),
        [16] = Entry.Of(CancelStatement.Read),
        [17] = Entry.Of(ResultHeader.Read),
        [18] = Entry.Of(StatementDone.Read),
        [19] = Entry.Of(CopyInputWanted.Read),
        [20] = Entry.Of(ProgressReport.Read),

        // Coordinator and workers.
        [40] = Entry.Of(RegisterWorker.Read),
        [41] = Entry.Of(WorkerRegistered.Read),
        [42] = Entry.Of(Heartbeat.Read),
        [43] = Entry.Of(WriteSegment.Read),
        [44] = Entry.Of(SegmentSealed.Read),
        [45] = Entry.Of(CopySegment.Read),
        [46] = Entry.Of(ListSegmentFiles.Read),
        [47] = Entry.Of(SegmentFiles.Read),
        [48] = Entry.Of(ReadSegmentFile.Read),
        [49] = Entry.Of(DeleteSegment.Read),
        [50] = Entry.Of(WriteDeleteVector.Read),
        [51] = Entry.Of(StartTask.Read),
        [52] = Entry.Of(ReadPartition.Read),
        [53] = Entry.Of(TaskFinished.Read),
        [54] = Entry.Of(PartitionSent.Read),
        [55] = Entry.Of(ListSegments.Read),
        [56] = Entry.Of(SegmentList.Read),
        [57] = Entry.Of(ReadAssembly.Read),
        [58] = Entry.Of(FindInputFiles.Read),
        [59] = Entry.Of(InputFilesFound.Read),
        [60] = Entry.Of(LoadFiles.Read),
        [61] = Entry.Of(PiecesWanted.Read),
        [62] = Entry.Of(PiecesGiven.Read),
        [63] = Entry.Of(SegmentWanted.Read),
        [64] = Entry.Of(SegmentPlaced.Read),
        [65] = Entry.Of(RowsRejected.Read),
        [66] = Entry.Of(FilesLoaded.Read),
        [67] = Entry.Of(InputBytes.Read),
        [68] = Entry.Of(LoansFetched.Read),
    };

    private static readonly FrozenDictionary<Type, ushort> Numbers =
        Entries.ToFrozenDictionary(static pair => pair.Value.Type, static pair => pair.Key);

    /// <summary>Every message type with its number, in the order of the numbers.</summary>
    public static IEnumerable<(ushort Number, Type Type)> All =>
        Entries.OrderBy(static pair => pair.Key).Select(static pair => (pair.Key, pair.Value.Type));

    /// <summary>The number of a message.</summary>
    public static ushort NumberOf(IMessage message) => Numbers.TryGetValue(message.GetType(), out ushort number)
        ? number
        : throw Invariant.Unreachable($"a message without a number: {message.GetType().Name}");

    /// <summary>Reads a message; what a newer peer added at its end is skipped.</summary>
    /// <exception cref="CorruptDataException">The bytes are not such a message.</exception>
    /// <exception cref="ClusterException">The peer sent a message that this version does not know.</exception>
    public static IMessage Read(ushort number, MessagePackReader source)
    {
        if (!Entries.TryGetValue(number, out Entry? entry))
        {
            throw new ClusterException(
                $"Unknown message: number {number} from {source.Name}", isTransient: false, SqlStates.ProtocolViolation,
                "The peer is of another version: upgrade workers before coordinators, one at a time.");
        }
        IMessage message = entry.Read(source);
        source.Finish();
        return message;
    }

    /// <summary>Reads the message in a frame's body.</summary>
    public static IMessage Read(Frame frame, string name) =>
        Read(frame.Type, new MessagePackReader(frame.Body, name, FrameHeader.Size));

    private sealed record Entry(Type Type, Func<MessagePackReader, IMessage> Read)
    {
        public static Entry Of<T>(Func<MessagePackReader, T> read) where T : class, IMessage => new(typeof(T), read);
    }
}
