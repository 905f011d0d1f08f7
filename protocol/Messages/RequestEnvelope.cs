using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>What stands before the message in a request's body, as an array of its own.</summary>
/// <param name="TimeoutMilliseconds">How long the caller waits; 0 = no limit. A time span, since clocks differ.</param>
/// <param name="WindowBytes">How many bytes of items and data the caller takes before he grants more.</param>
/// <param name="TraceParent">The caller's W3C trace context, or null.</param>
internal readonly record struct RequestEnvelope(long TimeoutMilliseconds, int WindowBytes, string? TraceParent)
{
    /// <summary>Writes the array of fields.</summary>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(TimeoutMilliseconds);
        target.Write(WindowBytes);
        target.Write(TraceParent);
    }

    /// <summary>Reads the array of fields, passing over those of newer peers.</summary>
    public static RequestEnvelope Read(MessagePackReader source) => source.ReadNested(static source =>
    {
        source.ReadArrayHeader(min: 3);
        return new RequestEnvelope(
            source.ReadInt64(0, long.MaxValue / TimeSpan.TicksPerMillisecond), source.ReadCount(int.MaxValue),
            source.ReadStringOrNil());
    });
}
