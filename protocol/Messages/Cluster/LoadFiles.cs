using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: read pieces of files, and send the rows to the workers of their hash ranges. The worker asks
/// with <see cref="PiecesWanted"/> what to read, with <see cref="SegmentWanted"/> where a segment goes, and says with
/// <see cref="RowsRejected"/> what it could not read; the answers are <see cref="PiecesGiven"/> and
/// <see cref="SegmentPlaced"/>. The reply is <see cref="FilesLoaded"/>, when all its segments are durable. Whoever
/// cancels the call, or goes away, ends the load: nothing of it is kept.
/// </summary>
/// <param name="Plan">
/// What becomes of the rows: the table's columns in order, then a BOOLEAN per check. Stage 0 is what is read.
/// </param>
/// <param name="Definition">The table's definition, as the catalog writes it.</param>
/// <param name="Ranges">Its hash ranges, as the catalog writes them.</param>
/// <param name="Checks">Names of the checks.</param>
/// <param name="Files">The files, in order.</param>
/// <param name="Format">Number of their format; -1 where the first file tells.</param>
/// <param name="Options">The options of the format.</param>
/// <param name="Target">The columns of the table that is loaded, where their types win; null where they do not.</param>
/// <param name="Schema">The columns that the files have when they are opened so.</param>
/// <param name="PieceCount">The pieces that they have then.</param>
/// <param name="Columns">Which columns are read, in the order in which stage 0 has them.</param>
/// <param name="OpeningBytes">
/// Bytes of files that come as <see cref="InputBytes"/> before the files can be opened; -1 where the worker sees them.
/// </param>
internal sealed record LoadFiles(
    byte[] Plan, byte[] Definition, ImmutableArray<byte[]> Ranges, ImmutableArray<string> Checks,
    ImmutableArray<InputFileMark> Files, int Format, ImmutableArray<FileOption> Options, Schema? Target, Schema Schema,
    int PieceCount, ImmutableArray<int> Columns, long OpeningBytes) : IMessage
{
    private const int MaxRanges = 1 << 16, MaxColumns = 65_535;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(12);
        target.WriteBinary(Plan);
        target.WriteBinary(Definition);
        target.WriteList(Ranges, static (t, r) => t.WriteBinary(r));
        target.WriteList(Checks);
        target.WriteList(Files, static (t, f) => f.Write(t));
        target.Write(Format);
        target.WriteList(Options, static (t, o) => o.Write(t));
        if (Target is null) target.WriteNil();
        else target.WriteSchema(Target);
        target.WriteSchema(Schema);
        target.Write(PieceCount);
        target.WriteList(Columns, static (t, c) => t.Write(c));
        target.Write(OpeningBytes);
    }

    internal static LoadFiles Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 12);
        return new LoadFiles(
            source.ReadBinary().ToArray(), source.ReadBinary().ToArray(),
            [.. source.ReadList(static s => s.ReadBinary().ToArray(), MaxRanges)],
            [.. source.ReadStringList(MaxColumns)],
            [.. source.ReadList(static s => s.ReadNested(InputFileMark.Read), InputFileMark.MaxCount)],
            source.ReadInt32(),
            [.. source.ReadList(static s => s.ReadNested(FileOption.Read), MaxColumns)],
            source.TryReadNil() ? null : source.ReadSchema(), source.ReadSchema(), source.ReadInt32(),
            [.. source.ReadList(static s => s.ReadInt32(), MaxColumns)], source.ReadInt64());
    }
}
