using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol;

/// <summary>
/// What one process says to another: a record that writes itself as a MessagePack array and has a static <c>Read</c>
/// beside it. A field is only ever added at the end, with a default for peers that do not send it.
/// </summary>
internal interface IMessage
{
    /// <summary>Writes the array of fields.</summary>
    void Write(MessagePackWriter target);
}
