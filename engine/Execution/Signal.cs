namespace ColFrag.Engine.Execution;

/// <summary>Is told once when a signal is set. May be woken without reason and must look again.</summary>
internal interface IWaiter
{
    /// <summary>Called on the thread that sets the signal; must not do the work there.</summary>
    void Wake();
}

/// <summary>An event that happens once: room in a queue, data from the network, memory given back.</summary>
internal sealed class Signal
{
    private readonly Lock _lock = new();
    private List<IWaiter>? _waiters;
    private bool _isSet;

    /// <summary>A signal that is set: the waiter only gives up its turn.</summary>
    public static Signal AlreadySet { get; } = new() { _isSet = true };

    public bool IsSet
    {
        get
        {
            lock (_lock) return _isSet;
        }
    }

    /// <summary>Wakes the waiter when set; at once when set already.</summary>
    public void Subscribe(IWaiter waiter)
    {
        lock (_lock)
        {
            if (!_isSet)
            {
                (_waiters ??= []).Add(waiter);
                return;
            }
        }
        waiter.Wake();
    }

    /// <summary>Wakes all who wait.</summary>
    public void Set()
    {
        List<IWaiter>? waiters;
        lock (_lock)
        {
            if (_isSet) return;
            _isSet = true;
            waiters = _waiters;
            _waiters = null;
        }
        if (waiters is null) return;
        foreach (IWaiter waiter in waiters) waiter.Wake();
    }
}
