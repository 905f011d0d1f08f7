using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>The codes of gRPC that decide what is done next.</summary>
internal enum GrpcStatus
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>The call was given up by one end.</summary>
    Cancelled = 1,

    /// <summary>Nobody knows what happened.</summary>
    Unknown = 2,

    /// <summary>The request is wrong.</summary>
    InvalidArgument = 3,

    /// <summary>It took too long; it may have taken effect.</summary>
    DeadlineExceeded = 4,

    /// <summary>A lease that has ended.</summary>
    NotFound = 5,

    /// <summary>The user may not do that.</summary>
    PermissionDenied = 7,

    /// <summary>The message is too large, the database is full, or there are too many requests.</summary>
    ResourceExhausted = 8,

    /// <summary>The revision is compacted, or does not exist yet.</summary>
    OutOfRange = 11,

    /// <summary>The member is not there, or has no leader.</summary>
    Unavailable = 14,

    /// <summary>There is no token, or it is no longer valid.</summary>
    Unauthenticated = 16,
}

/// <summary>A call of gRPC that was not answered with success.</summary>
/// <param name="status">Why; <see cref="GrpcStatus.Unavailable"/> when the connection failed.</param>
/// <param name="message">For people.</param>
/// <param name="wasSent">False when the request certainly did not leave this process.</param>
/// <param name="inner">What went wrong below.</param>
internal sealed class GrpcException(GrpcStatus status, string message, bool wasSent = true, Exception? inner = null)
    : ColFragException(SqlStates.ConnectionFailure, message, inner: inner)
{
    public GrpcStatus Status => status;

    public bool WasSent => wasSent;

    /// <summary>True when another member may well answer.</summary>
    public bool IsOfMember => status is GrpcStatus.Cancelled or GrpcStatus.Unknown or GrpcStatus.DeadlineExceeded or
        GrpcStatus.Unavailable;

    /// <inheritdoc/>
    public override bool IsTransient => IsOfMember;
}
