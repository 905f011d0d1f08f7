using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Batches;

namespace ColFrag.Protocol.Stages;

/// <summary>
/// The rows of several partitions as they come, in no order. A lane takes a partition that has something, pushes what
/// is there and puts it back, so that a slow sender keeps no lane from the rows of the others.
/// </summary>
/// <param name="columns">The columns that all of them have.</param>
/// <param name="account">Counts the bodies and vectors.</param>
/// <param name="dictionaries">Counts the dictionaries, which outlive the run with its results.</param>
/// <param name="maxLanes">The most lanes that can find work.</param>
internal sealed class ExchangeSource(
    Schema columns, MemoryAccount account, MemoryAccount dictionaries, int maxLanes) : Source
{
    private readonly Lock _lock = new();
    private readonly Schema _columns = columns;
    private readonly MemoryAccount _account = account;
    private readonly MemoryAccount _dictionaries = dictionaries;
    private readonly List<Input> _inputs = [];
    private readonly Queue<Input> _ready = new();
    private int _openCount;
    private bool _isWhole;
    private bool _isLeft;
    private bool _isDisposed;
    private Exception? _failure;
    private Signal? _hasNews;

    public override int MaxLanes => maxLanes;

    /// <summary>Told which partition failed before the run is.</summary>
    public Action<PartitionStream, Exception>? Failed { get; init; }

    /// <summary>Adds a partition, which belongs to the source from now on.</summary>
    public void Add(PartitionStream stream)
    {
        Input input = new(this, stream);
        bool isLate;
        Signal? news = null;
        lock (_lock)
        {
            Invariant.Holds(!_isWhole);
            isLate = _isDisposed;
            if (!isLate)
            {
                _inputs.Add(input);
                _openCount++;
                _ready.Enqueue(input);
                (news, _hasNews) = (_hasNews, null);
            }
        }
        if (isLate) input.Dispose();
        news?.Set();
    }

    /// <summary>Says that no partition is added any more.</summary>
    public void EndAdding()
    {
        Signal? news;
        lock (_lock)
        {
            _isWhole = true;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>Ends the run that reads with an error.</summary>
    public void Fail(Exception error)
    {
        Signal? news;
        lock (_lock)
        {
            _failure ??= error;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, context.Cancellation);

    public override void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _ready.Clear();
        }
        foreach (Input input in _inputs) input.Dispose();
    }

    /// <summary>
    /// Takes a partition that may have something. False with a signal when none has, without one after all.
    /// </summary>
    private bool TryTake([NotNullWhen(true)] out Input? input, out Signal? wait)
    {
        wait = null;
        lock (_lock)
        {
            if (_failure is not null) throw _failure;
            input = null;
            if (_isLeft) return false;
            if (_ready.TryDequeue(out input)) return true;
            if (!_isWhole || _openCount > 0) wait = _hasNews ??= new Signal();
            return false;
        }
    }

    private void PutBack(Input input)
    {
        Signal? news;
        lock (_lock)
        {
            if (_isDisposed) return;
            _ready.Enqueue(input);
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>The steps need no more: other lanes must not wait for what nobody will take.</summary>
    private void Leave()
    {
        Signal? news;
        lock (_lock)
        {
            _isLeft = true;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    private void EndInput()
    {
        Signal? news = null;
        lock (_lock)
        {
            if (--_openCount == 0) (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>A partition being read, by one lane at a time.</summary>
    private sealed class Input(ExchangeSource source, PartitionStream stream) : IWaiter, IDisposable
    {
        private readonly BatchReader _reader = new(
            source._columns, source._account, stream.Sender, source._dictionaries);

        public Batch Batch { get; } = new(
            [.. source._columns.Fields.Select(f => new ColumnVector(f.Type, source._account))]);

        /// <summary>
        /// Reads the next batch. False with a signal when none is there yet, without one after the last.
        /// </summary>
        public bool TryRead(out Signal? wait)
        {
            wait = null;
            try
            {
                while (!_reader.TryRead(Batch))
                {
                    if (!stream.TryRead(out PartitionBody? body, out wait)) return false;
                    using (body)
                    {
                        if (body.Share() is { } buffer) _reader.Open(buffer);
                        else _reader.Open(body.Bytes);
                    }
                }
                return true;
            }
            catch (Exception error)
            {
                source.Failed?.Invoke(stream, error);
                throw;
            }
        }

        /// <summary>The sender has news.</summary>
        public void Wake() => source.PutBack(this);

        public void Dispose()
        {
            Batch.Dispose();
            _reader.Dispose();
            // Tells the sender; nobody waits for that.
            _ = stream.DisposeAsync().AsTask();
        }
    }

    private sealed class Lane(ExchangeSource source, CancellationToken cancellation) : SourceLane
    {
        /// <summary>Batches between two looks at what else is to be done.</summary>
        private const int BatchesPerCall = 16;

        private Input? _input;

        public override Flow Run(Operator first)
        {
            Signal? wait;
            if (_input is null && !source.TryTake(out _input, out wait))
                return wait is null ? Flow.Done : Flow.Blocked(wait);
            for (int i = 0; i < BatchesPerCall; i++)
            {
                if (cancellation.IsCancellationRequested) return Flow.Done;
                if (!_input.TryRead(out wait))
                {
                    Input done = _input;
                    _input = null;
                    if (wait is null) source.EndInput();
                    else wait.Subscribe(done);
                    return Flow.More;
                }
                if (_input.Batch.Count == 0) continue;
                Flow flow = first.Push(_input.Batch);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        /// <summary>A lane that ends with a partition in hand ends because its steps need no more.</summary>
        public override void Dispose()
        {
            if (_input is not null) source.Leave();
        }
    }
}
