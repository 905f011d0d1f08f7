using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;

namespace ColFrag.Protocol.Rpc;

/// <summary>Either end of a call, as what sends data.</summary>
internal interface IDataSender
{
    /// <summary>A frame for data; the caller appends them and gives it to a send method.</summary>
    ByteWriter BeginData(DataType type = DataType.Bytes, int capacity = 4096);

    /// <summary>
    /// Sends data that was begun with <see cref="BeginData"/>, here or at another sender. False when the receiver's
    /// credit or the connection's queue is used up: the caller keeps the frame, waits for the signal and tries again.
    /// </summary>
    /// <exception cref="ClusterException">The call or the connection is over; the frame is gone.</exception>
    bool TrySendData(ByteWriter data, out Signal? wait);
}

/// <summary>Either end of a call, as what receives items and data.</summary>
internal interface IDataReceiver
{
    /// <summary>The other end, for people.</summary>
    string PeerName { get; }

    /// <summary>
    /// Takes the next frame, which the caller disposes of. False with a signal when none has arrived yet; false without
    /// one when none follows.
    /// </summary>
    /// <exception cref="ColFragException">The call failed.</exception>
    bool TryRead(out Frame? frame, out Signal? wait);
}
