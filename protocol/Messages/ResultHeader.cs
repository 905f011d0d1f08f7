using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Protocol.Messages;

/// <summary>Coordinator to remote client: the columns of a result, before its batches.</summary>
internal sealed record ResultHeader(Schema Schema) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.WriteSchema(Schema);
    }

    internal static ResultHeader Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new ResultHeader(source.ReadSchema());
    }
}
