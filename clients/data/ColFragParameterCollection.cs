using System.Collections;
using System.Data.Common;

namespace ColFrag.Data;

/// <summary>The parameters of a command, in order.</summary>
public sealed class ColFragParameterCollection : DbParameterCollection
{
    private readonly List<ColFragParameter> _items = [];

    /// <inheritdoc/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override object SyncRoot => ((ICollection)_items).SyncRoot;

    /// <summary>Adds a parameter with a value.</summary>
    public ColFragParameter AddWithValue(string name, object? value)
    {
        ColFragParameter parameter = new(name, value);
        _items.Add(parameter);
        return parameter;
    }

    /// <summary>Adds a parameter without a name: the first one added is $1, the next one $2.</summary>
    public ColFragParameter AddWithValue(object? value) => AddWithValue("", value);

    /// <inheritdoc/>
    public override int Add(object value)
    {
        _items.Add(Require(value));
        return _items.Count - 1;
    }

    /// <inheritdoc/>
    public override void AddRange(Array values)
    {
        foreach (object value in values) Add(value);
    }

    /// <inheritdoc/>
    public override void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override bool Contains(object value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override bool Contains(string value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override void CopyTo(Array array, int index) => ((ICollection)_items).CopyTo(array, index);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(object value) => value is ColFragParameter parameter ? _items.IndexOf(parameter) : -1;

    /// <inheritdoc/>
    public override int IndexOf(string parameterName)
    {
        string bare = parameterName.TrimStart('@', ':', '$', '?');
        return _items.FindIndex(p => p.BareName.Equals(bare, StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override void Insert(int index, object value) => _items.Insert(index, Require(value));

    /// <inheritdoc/>
    public override void Remove(object value) => _items.Remove(Require(value));

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    /// <inheritdoc/>
    public override void RemoveAt(string parameterName) => _items.RemoveAt(Find(parameterName));

    /// <summary>The parameter at a place.</summary>
    internal ColFragParameter At(int index) => _items[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(int index) => _items[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(string parameterName) => _items[Find(parameterName)];

    /// <inheritdoc/>
    protected override void SetParameter(int index, DbParameter value) => _items[index] = Require(value);

    /// <inheritdoc/>
    protected override void SetParameter(string parameterName, DbParameter value) =>
        _items[Find(parameterName)] = Require(value);

    private static ColFragParameter Require(object value) => value as ColFragParameter ??
        throw new InvalidCastException($"A parameter of this provider is a ColFragParameter, not {value?.GetType()}.");

    private int Find(string name) => IndexOf(name) is int index and >= 0
        ? index
        : throw new ArgumentException($"There is no such parameter: {name}", nameof(name));
}
