namespace ColFrag.Engine.Bytes;

/// <summary>Bytes that go by once, in order: no length, no position, no way back.</summary>
internal abstract class ForwardStream : Stream
{
    private const string OnlyForward = "The stream goes forward only.";

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException(OnlyForward);

    public override long Position
    {
        get => throw new NotSupportedException(OnlyForward);
        set => throw new NotSupportedException(OnlyForward);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(OnlyForward);

    public override void SetLength(long value) => throw new NotSupportedException(OnlyForward);
}

/// <summary>A <see cref="ForwardStream"/> that is read.</summary>
internal abstract class ForwardReadStream : ForwardStream
{
    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The stream is only read.");
}

/// <summary>A <see cref="ForwardStream"/> that is written.</summary>
internal abstract class ForwardWriteStream : ForwardStream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The stream is only written.");
}
