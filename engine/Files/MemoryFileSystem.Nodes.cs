using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Files;

/// <content>What is on the disk: each thing as programs see it, and as it would be found after a crash.</content>
internal sealed partial class MemoryFileSystem
{
    private abstract class Node
    {
        /// <summary>Bytes of the file, or of all files in the folder.</summary>
        public abstract long Size { get; }

        /// <summary>What the next start finds.</summary>
        public abstract Node AfterCrash(IRandom? random);
    }

    private sealed class Folder : Node
    {
        public SortedDictionary<string, Node> Current { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, Node> Durable { get; } = new(StringComparer.Ordinal);

        public override long Size => Current.Values.Sum(static node => node.Size);

        public override Node AfterCrash(IRandom? random)
        {
            Folder next = new();
            foreach ((string name, Node node) in Durable)
            {
                Node survivor = node.AfterCrash(random);
                next.Current.Add(name, survivor);
                next.Durable.Add(name, survivor);
            }
            return next;
        }
    }

    /// <summary>
    /// A name that appears, points elsewhere or, with no node, disappears; in a rename another one goes with it.
    /// </summary>
    private sealed record NameChange(
        Folder Folder, string Name, Node? Node, Folder? OldFolder = null, string OldName = "")
    {
        public bool Touches(Folder folder) => folder == Folder || folder == OldFolder;

        public void Apply()
        {
            OldFolder?.Current.Remove(OldName);
            Set(Folder.Current);
        }

        public void ApplyDurably()
        {
            OldFolder?.Durable.Remove(OldName);
            Set(Folder.Durable);
        }

        private void Set(SortedDictionary<string, Node> names)
        {
            if (Node is null) names.Remove(Name);
            else names[Name] = Node;
        }
    }

    private sealed class Content : Node
    {
        private byte[] current = [];
        private byte[] durable = [];
        private int length, durableLength;

        /// <summary>Bytes before this are durable, or count as such after a flush that failed.</summary>
        private int dirtyFrom;

        public DateTime Changed { get; set; }

        public int Length => length;

        public override long Size => length;

        /// <summary>
        /// The bytes as they are now. Later appends do not change them; a truncation followed by one may.
        /// </summary>
        public ReadOnlyMemory<byte> Bytes => current.AsMemory(0, length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            int needed = checked(length + bytes.Length);
            // Readers may still hold the old array, so it is left behind rather than reused.
            if (needed > current.Length) Array.Resize(ref current, (int)Math.Min(needed * 2L, Array.MaxLength));
            bytes.CopyTo(current.AsSpan(length));
            length = needed;
        }

        public void Truncate(int newLength)
        {
            length = newLength;
            dirtyFrom = Math.Min(dirtyFrom, newLength);
        }

        public void Flush()
        {
            if (durable.Length < length) Array.Resize(ref durable, current.Length);
            current.AsSpan(dirtyFrom, length - dirtyFrom).CopyTo(durable.AsSpan(dirtyFrom));
            durableLength = length;
            dirtyFrom = length;
        }

        /// <summary>Fails as Linux does: the pages count as clean, so that no later flush writes them.</summary>
        public void FailFlush() => dirtyFrom = length;

        public void Flip(long offset, byte bits)
        {
            Invariant.Holds(offset >= 0 && offset < length);
            current[offset] ^= bits;
            if (offset < durableLength) durable[offset] ^= bits;
        }

        public override Node AfterCrash(IRandom? random)
        {
            byte[] survived = durable.AsSpan(0, durableLength).ToArray();
            if (random is not null && length < durableLength && random.Next(2) == 0) Array.Resize(ref survived, length);
            if (random is not null && dirtyFrom < length)
            {
                // Some of the new bytes reached the disk; the file may be longer than that, with zeros.
                int kept = dirtyFrom + random.Next(length - dirtyFrom + 1);
                int end = kept + (random.Next(4) == 0 ? random.Next(length - kept + 1) : 0);
                if (end > survived.Length) Array.Resize(ref survived, end);
                current.AsSpan(dirtyFrom, kept - dirtyFrom).CopyTo(survived.AsSpan(dirtyFrom));
            }
            Content next = new() { Changed = Changed };
            next.Append(survived);
            next.Flush();
            return next;
        }
    }

    private sealed class Handle(MemoryFileSystem files, string path, Content content, bool isWriter) : IAppendFile
    {
        /// <summary>Where a writer's next bytes go; what a failed append left behind that is written over.</summary>
        private int end = content.Length;
        private bool isPoisoned;
        private bool isDisposed;

        public string Path => path;

        public long Length
        {
            get
            {
                lock (files.gate) return isWriter ? end : content.Length;
            }
        }

        public int Read(long offset, Span<byte> target)
        {
            ReadOnlyMemory<byte> bytes;
            lock (files.gate)
            {
                Begin(FileAction.Read);
                bytes = content.Bytes;
            }
            if (offset >= bytes.Length) return 0;
            int count = (int)Math.Min(target.Length, bytes.Length - offset);
            bytes.Span.Slice((int)offset, count).CopyTo(target);
            return count;
        }

        public ValueTask<int> ReadAsync(
            long offset, Memory<byte> target, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(Read(offset, target.Span));
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            lock (files.gate)
            {
                CheckWritable();
                FileFault fault = files.Ask(FileAction.Append, path);
                Resize(end);
                long room = files.Capacity - files.usedBytes;
                bool fails = fault != FileFault.None || bytes.Length > room;
                ReadOnlySpan<byte> written = fails ? bytes[..(int)Math.Min(bytes.Length / 2, room)] : bytes;
                content.Append(written);
                content.Changed = files.clock.UtcNow;
                files.usedBytes += written.Length;
                if (fails) throw fault == FileFault.Failure ? Failure(path) : FileErrors.DiskFull(path);
                end = content.Length;
            }
        }

        public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Append(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public void Truncate(long length)
        {
            lock (files.gate)
            {
                CheckWritable();
                Begin(FileAction.Truncate);
                Invariant.Holds(length >= 0 && length <= end);
                end = (int)length;
                Resize(end);
            }
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (files.gate)
            {
                CheckWritable();
                if (files.Ask(FileAction.Flush, path) != FileFault.None)
                {
                    isPoisoned = true;
                    content.FailFlush();
                    throw Failure(path);
                }
                if (files.tracksCrashes) content.Flush();
            }
            return ValueTask.CompletedTask;
        }

        public void Dispose() => isDisposed = true;

        private void Resize(int length)
        {
            files.usedBytes -= content.Length - length;
            content.Truncate(length);
        }

        private void CheckWritable()
        {
            Invariant.Holds(isWriter);
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (isPoisoned) throw FileErrors.Poisoned(path);
        }

        private void Begin(FileAction action)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            files.Begin(action, path);
        }
    }
}
