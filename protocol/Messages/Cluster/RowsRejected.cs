using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Worker to coordinator inside <see cref="LoadFiles"/>: rows that could not be read, to be kept.</summary>
/// <param name="Rows">The rows.</param>
internal sealed record RowsRejected(ImmutableArray<RowReject> Rows) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.WriteList(Rows, static (t, r) => r.Write(t));
    }

    internal static RowsRejected Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new RowsRejected([.. source.ReadList(static s => s.ReadNested(RowReject.Read), RowReject.MaxCount)]);
    }
}
