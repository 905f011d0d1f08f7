using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Memory;

namespace ColFrag.Protocol.Stages;

/// <summary>The reader's end of one partition of one task, wherever that runs.</summary>
internal abstract class PartitionStream : IAsyncDisposable
{
    /// <summary>Number of the task whose rows these are.</summary>
    public required int Task { get; init; }

    /// <summary>Who sends, for errors.</summary>
    public required string Sender { get; init; }

    /// <summary>Bytes of bodies that came from another process.</summary>
    public virtual long ReceivedBytes => 0;

    /// <summary>
    /// Takes the body of the next frame of batches. False with a signal when none is there yet; false without one when
    /// the partition is complete.
    /// </summary>
    /// <exception cref="Engine.Errors.ColFragException">The task failed, or its worker is gone.</exception>
    public abstract bool TryRead([NotNullWhen(true)] out PartitionBody? body, out Signal? wait);

    /// <summary>Wants no more; the sender is told.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>The body of a frame of batches, until it is disposed of.</summary>
internal abstract class PartitionBody : IDisposable
{
    /// <summary>The batches.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>
    /// The same in native memory, which the caller then holds a reference to; null where they lie elsewhere.
    /// </summary>
    public virtual NativeBuffer? Share() => null;

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A body in managed memory.</summary>
internal sealed class ManagedBody(IDisposable owner, ReadOnlyMemory<byte> bytes) : PartitionBody
{
    public override ReadOnlySpan<byte> Bytes => bytes.Span;

    public override void Dispose() => owner.Dispose();
}

/// <summary>A body in native memory.</summary>
/// <param name="buffer">The bytes; the body has a reference of its own.</param>
internal sealed class NativeBody(NativeBuffer buffer) : PartitionBody
{
    public override ReadOnlySpan<byte> Bytes => buffer.Span;

    public override NativeBuffer Share() => buffer.Retain();

    public override void Dispose() => buffer.Release();
}
