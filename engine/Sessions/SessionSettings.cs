using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sessions;

/// <summary>The settings of one session. Changes inside a transaction block that is rolled back are undone.</summary>
internal sealed class SessionSettings
{
    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SettingValue> _initial = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _changed = new(StringComparer.OrdinalIgnoreCase);
    private Dictionary<string, SettingValue>? _beforeTransaction;
    private readonly HashSet<string> _local = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Called with name and value after a change of a setting that clients are told about.</summary>
    public Action<string, string>? Changed { get; set; }

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The value of a setting.</summary>
    public SettingValue this[string name]
    {
        get
        {
            Setting setting = SettingRegistry.Find(name);
            return _values.TryGetValue(setting.Name, out SettingValue value)
                ? value
                : new SettingValue(setting.Default, SettingOrigin.Default);
        }
    }

    /// <summary>A setting as a number.</summary>
    public long Number(string name) => long.Parse(this[name].Text, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Gives the value that RESET returns to.</summary>
    public void Initialize(string name, string text, SettingOrigin origin)
    {
        Setting setting = SettingRegistry.Find(name);
        _values[setting.Name] = _initial[setting.Name] =
            new SettingValue(setting.Change(this[name].Text, text), origin);
        Version++;
    }

    /// <summary>SET, or SET LOCAL, which ends with the transaction.</summary>
    /// <exception cref="QueryException">Unknown, read-only, or a value that is not accepted.</exception>
    public void Set(string name, string text, bool isLocal = false)
    {
        Setting setting = SettingRegistry.Find(name);
        if (!setting.IsWritable)
        {
            throw new QueryException(
                SqlStates.ObjectInUse, $"Parameter cannot be changed: \"{setting.Name}\"", hint: setting.Description);
        }
        if (isLocal && _beforeTransaction is null) return;
        if (isLocal) _local.Add(setting.Name);
        Change(setting, new SettingValue(setting.Change(this[name].Text, text), SettingOrigin.Session));
    }

    /// <summary>RESET name</summary>
    public void Reset(string name)
    {
        Setting setting = SettingRegistry.Find(name);
        Change(setting, _initial.TryGetValue(setting.Name, out SettingValue value)
            ? value
            : new SettingValue(setting.Default, SettingOrigin.Default));
    }

    /// <summary>RESET ALL</summary>
    public void ResetAll()
    {
        foreach (string name in _values.Keys.ToList()) Reset(name);
    }

    /// <summary>Remembers the values for a rollback.</summary>
    public void BeginTransaction() => _beforeTransaction = new(_values, StringComparer.OrdinalIgnoreCase);

    /// <summary>Keeps what SET changed, undoes SET LOCAL; a rollback undoes both.</summary>
    public void EndTransaction(bool isCommitted)
    {
        if (_beforeTransaction is not { } before) return;
        _beforeTransaction = null;
        foreach (string name in _values.Keys.ToList())
        {
            if (isCommitted && !_local.Contains(name)) continue;
            Setting setting = SettingRegistry.Find(name);
            SettingValue old = before.TryGetValue(name, out SettingValue value)
                ? value
                : new SettingValue(setting.Default, SettingOrigin.Default);
            if (old != this[name]) Change(setting, old);
        }
        _local.Clear();
    }

    /// <summary>True when the setting was set or reset since this was asked last.</summary>
    public bool HasChanged(string name) => _changed.Remove(name);

    /// <summary>Every setting with its value, in order of name.</summary>
    public IEnumerable<(Setting Setting, SettingValue Value)> List() =>
        SettingRegistry.All.Select(s => (s, this[s.Name]));

    private void Change(Setting setting, SettingValue value)
    {
        _values[setting.Name] = value;
        _changed.Add(setting.Name);
        Version++;
        if (setting.IsReported) Changed?.Invoke(setting.Name, value.Text);
    }
}
