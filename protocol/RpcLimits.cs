namespace ColFrag.Protocol;

/// <summary>
/// The bounds of everything that waits or arrives. Time comes from the clock that a connection is given.
/// </summary>
internal sealed record RpcLimits
{
    /// <summary>The longest body of a frame. Both ends keep it, so it belongs to the protocol.</summary>
    public const int MaxBodyBytes = 64 << 20;

    /// <summary>The longest body before the hello is answered: who has not said who he is gets little room.</summary>
    public const int MaxHelloBytes = 64 << 10;

    /// <summary>The defaults.</summary>
    public static RpcLimits Default { get; } = new();

    /// <summary>Bytes of items and data that a stream may send before its receiver takes them.</summary>
    public int WindowBytes { get; init; } = 8 << 20;

    /// <summary>Bytes that wait to be written to one connection; senders wait when there are more.</summary>
    public int MaxQueuedBytes { get; init; } = 16 << 20;

    /// <summary>Calls under way on one connection; more are refused.</summary>
    public int MaxCalls { get; init; } = 1024;

    /// <summary>Silence after which a ping is sent.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence after which the peer counts as gone.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time to connect and to say hello.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
