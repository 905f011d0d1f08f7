using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Numbers the groups of rows from 1, in the order in which they appear. Key columns become codes, the codes of a row
/// are packed into one or more words, and the words find the number: in an array where all words of one bit width fit,
/// else by open addressing. When data do not fit the packing any more, it is laid out anew. For one thread.
/// </summary>
internal sealed unsafe class GroupTable : IDisposable
{
    /// <summary>An array is used up to this many packed keys, whatever the number of rows.</summary>
    private const int SmallArrayBits = 16;
    private const int LargeArrayBits = 24;
    // And of more bits where so many keys of the range share a group: slots take as much memory as that array does.
    private const int KeysPerGroup = 32;
    private const int FirstCapacity = 1024;
    // Slots of more than this many do not stay in the second-level cache: then those of later rows are asked for while
    // earlier rows are compared.
    private const uint CachedSlots = 1 << 15;
    private const int RowsAhead = 16;
    private readonly MemoryAccount _account;
    private readonly KeyEncoder[] _encoders;
    private readonly NativeBuffer _codes;
    private readonly NativeBuffer _packed;
    private readonly NativeBuffer _hashes;
    private readonly KeyLayout _layout;
    private NativeBuffer _keys;
    private NativeBuffer? _array;
    private NativeBuffer? _slots;
    private uint _slotMask;
    private int _words;
    private int _capacity = FirstCapacity;
    private long _rows;
    private bool _appends;
    private readonly int _expected;

    /// <param name="keys">The types of the keys.</param>
    /// <param name="account">Counts the memory.</param>
    /// <param name="keepsCodes">False to number texts even where all rows have codes of one dictionary.</param>
    /// <param name="expected">How many groups there will be once there are many; 0 where that is not known.</param>
    public GroupTable(
        IReadOnlyList<LogicalType> keys, MemoryAccount account, bool keepsCodes = true, int expected = 0)
    {
        _account = account;
        _expected = expected;
        _encoders = [.. keys.Select(t => KeyEncoder.Create(t, account, keepsCodes))];
        _layout = new KeyLayout(_encoders);
        // A column of codes and one of flags per key.
        _codes = NativeBuffer.AllocateZeroed(2L * keys.Count * Batch.MaxRows * sizeof(ulong), account);
        _packed = NativeBuffer.Allocate((long)keys.Count * 2 * Batch.MaxRows * sizeof(ulong), account);
        _hashes = NativeBuffer.Allocate(Batch.MaxRows * sizeof(ulong), account);
        _words = _layout.Words;
        _keys = NativeBuffer.Allocate((long)_capacity * _words * sizeof(ulong), account);
        UseFittingIndex();
    }

    /// <summary>Number of groups.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The array, where a single key of integers, or of codes of one dictionary, is looked up in one; null else.
    /// </summary>
    public DenseGroups? Dense
    {
        get
        {
            if (_array is null || _appends) return null;
            nint numbers = (nint)_array.Pointer;
            return _encoders switch
            {
                [IntegerKeyEncoder { FlagsNulls: false } key] => new(numbers, key.Zero, 1L << _layout.Bits, null),
                [TextKeyEncoder { OnlyDictionary: { } dictionary }] => new(numbers, -1, 1L << _layout.Bits, dictionary),
                _ => null,
            };
        }
    }

    /// <summary>Finds the group of every row, making new ones. NULL is a key like any other.</summary>
    public void Find(ReadOnlySpan<ColumnVector> keys, int count, uint* groups)
    {
        bool changed = false;
        for (int k = 0; k < keys.Length; k++) changed |= _encoders[k].Prepare(keys[k], count);
        if (changed) LayOutAnew();
        _rows += count;
        // After enough rows an array of all keys is worth its memory.
        if (_array is null && FitsArray && !_appends) UseFittingIndex();
        ulong* packed = Pack(keys, count);
        if (_appends) Append(packed, count, groups);
        else if (_array is not null) FindInArray(packed, count, groups);
        else if (_words == 1) FindByWord(packed, count, groups);
        else FindByWords(packed, count, groups);
    }

    /// <summary>Writes the key columns of groups, by number.</summary>
    public void GetKeys(uint* groups, int count, ReadOnlySpan<ColumnVector> targets)
    {
        ulong* keys = (ulong*)_keys.Pointer;
        for (int k = 0; k < _encoders.Length; k++)
        {
            ulong* codes = CodesOf(k);
            ulong* flags = FlagsOf(k);
            _layout.Unpack(k, keys, groups, count, codes, flags);
            _encoders[k].Decode(codes, flags, count, targets[k]);
        }
    }

    /// <summary>Says that text of keys stays where it is until the next <see cref="Reset"/>.</summary>
    public void BorrowText()
    {
        foreach (KeyEncoder encoder in _encoders) encoder.BorrowText();
    }

    /// <summary>
    /// Forgets all groups. How keys are laid out and how large the index is stays: what comes next mostly is like what
    /// came before.
    /// </summary>
    /// <param name="appends">True to make a new group of every row from now on, without looking for equal keys.</param>
    public void Reset(bool appends = false)
    {
        if (_slots is not null)
        {
            if (!_appends) NativeMemory.Clear(_slots.Pointer, (nuint)((_slotMask + 1L) * sizeof(Slot)));
        }
        else
        {
            uint* array = (uint*)_array!.Pointer;
            ulong* keys = (ulong*)_keys.Pointer;
            for (int i = 0; i < Count; i++) array[keys[i]] = 0;
        }
        _appends = appends;
        foreach (KeyEncoder encoder in _encoders) encoder.Reset(appends);
        Count = 0;
    }

    public void Dispose()
    {
        foreach (KeyEncoder encoder in _encoders) encoder.Dispose();
        _codes.Release();
        _packed.Release();
        _hashes.Release();
        _keys.Release();
        FreeIndex();
    }

    private bool FitsArray => _layout.Bits <= SmallArrayBits ||
        (_layout.Bits <= LargeArrayBits &&
            1L << _layout.Bits <= Math.Max(2 * _rows, (long)KeysPerGroup * Count));

    private ulong* CodesOf(int key) => (ulong*)_codes.Pointer + (2L * key * Batch.MaxRows);

    private ulong* FlagsOf(int key) => (ulong*)_codes.Pointer + (((2L * key) + 1) * Batch.MaxRows);

    /// <summary>The words of each row, side by side.</summary>
    private ulong* Pack(ReadOnlySpan<ColumnVector> keys, int count)
    {
        if (keys.Length == 1 && _words == 1)
        {
            // The codes of a single key are the words.
            _encoders[0].Encode(keys[0], count, CodesOf(0), FlagsOf(0));
            if (!_encoders[0].FlagsNulls) return CodesOf(0);
        }
        ulong* packed = (ulong*)_packed.Pointer;
        new Span<ulong>(packed, count * _words).Clear();
        for (int k = 0; k < keys.Length; k++)
        {
            _encoders[k].Encode(keys[k], count, CodesOf(k), FlagsOf(k));
            _layout.Pack(k, CodesOf(k), FlagsOf(k), count, packed);
        }
        return packed;
    }

    private void FindInArray(ulong* packed, int count, uint* groups)
    {
        uint* array = (uint*)_array!.Pointer;
        uint missing = 0;
        for (int i = 0; i < count; i++)
        {
            uint group = array[packed[i]];
            groups[i] = group;
            missing |= group == 0 ? 1u : 0;
        }
        if (missing == 0) return;
        for (int i = 0; i < count; i++)
        {
            if (groups[i] != 0) continue;
            uint group = array[packed[i]];
            if (group == 0) array[packed[i]] = group = AddGroup(packed + i);
            groups[i] = group;
        }
    }

    private void FindByWord(ulong* packed, int count, uint* groups)
    {
        ReserveSlots(count);
        ulong* hashes = (ulong*)_hashes.Pointer;
        Hashing.Integers(packed, 0, count, hashes);
        Slot* slots = (Slot*)_slots!.Pointer;
        uint mask = _slotMask;
        int ahead = mask >= CachedSlots ? RowsAhead : count;
        ulong last = 0;
        uint lastGroup = 0;
        for (int i = 0; i < count; i++)
        {
            if (i + ahead < count) Prefetch.Line(slots + ((uint)(hashes[i + ahead] >> 32) & mask));
            ulong key = packed[i];
            if (key == last && lastGroup != 0)
            {
                groups[i] = lastGroup;
                continue;
            }
            uint at = (uint)(hashes[i] >> 32) & mask;
            while (slots[at].Group != 0 && slots[at].Key != key) at = (at + 1) & mask;
            uint group = slots[at].Group;
            if (group == 0)
            {
                group = AddGroup(packed + i);
                slots[at] = new Slot { Key = key, Group = group };
            }
            groups[i] = group;
            last = key;
            lastGroup = group;
        }
    }

    private void FindByWords(ulong* packed, int count, uint* groups)
    {
        ReserveSlots(count);
        int words = _words;
        ulong* hashes = (ulong*)_hashes.Pointer;
        for (int i = 0; i < count; i++) hashes[i] = HashOf(packed + ((long)i * words), words);
        Slot* slots = (Slot*)_slots!.Pointer;
        uint mask = _slotMask;
        int ahead = mask >= CachedSlots ? RowsAhead : count;
        for (int i = 0; i < count; i++)
        {
            if (i + ahead < count)
            {
                // The slot for later; for a row before that the slot is here, and says where its key is.
                Prefetch.Line(slots + ((uint)(hashes[i + ahead] >> 32) & mask));
                Prefetch.Line(KeyOf(slots[(uint)(hashes[i + (ahead / 2)] >> 32) & mask].Group));
            }
            ulong* key = packed + ((long)i * words);
            ulong hash = hashes[i];
            uint at = (uint)(hash >> 32) & mask;
            while (slots[at].Group != 0 && !(slots[at].Key == hash && AreEqual(KeyOf(slots[at].Group), key, words)))
                at = (at + 1) & mask;
            uint group = slots[at].Group;
            if (group == 0)
            {
                group = AddGroup(key);
                slots[at] = new Slot { Key = hash, Group = group };
            }
            groups[i] = group;
        }
    }

    private void Append(ulong* packed, int count, uint* groups)
    {
        while (Count + count > _capacity) GrowKeys();
        Buffer.MemoryCopy(
            packed, (ulong*)_keys.Pointer + ((long)Count * _words), _keys.Length, (long)count * _words * sizeof(ulong));
        for (int i = 0; i < count; i++) groups[i] = (uint)++Count;
    }

    private ulong* KeyOf(uint group) => (ulong*)_keys.Pointer + ((long)(group - 1) * _words);

    private static bool AreEqual(ulong* x, ulong* y, int words)
    {
        for (int w = 0; w < words; w++)
        {
            if (x[w] != y[w]) return false;
        }
        return true;
    }

    private static ulong HashOf(ulong* key, int words)
    {
        ulong hash = Hashing.OfInteger(key[0]);
        for (int w = 1; w < words; w++) hash = Hashing.Combine(hash, Hashing.OfInteger(key[w]));
        return hash;
    }

    private uint AddGroup(ulong* key)
    {
        if (Count == _capacity) GrowKeys();
        ulong* target = (ulong*)_keys.Pointer + ((long)Count * _words);
        for (int w = 0; w < _words; w++) target[w] = key[w];
        return (uint)++Count;
    }

    private void GrowKeys()
    {
        if (_capacity >= 1 << 30)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, "Too many groups in one table: 1,073,741,824 is the most");
        }
        int capacity = _capacity * 2;
        NativeBuffer grown = NativeBuffer.Allocate((long)capacity * _words * sizeof(ulong), _account);
        Buffer.MemoryCopy(_keys.Pointer, grown.Pointer, grown.Length, (long)Count * _words * sizeof(ulong));
        _keys.Release();
        _keys = grown;
        _capacity = capacity;
    }

    /// <summary>Keeps at least half of the slots free, also when all rows to come make new groups.</summary>
    private void ReserveSlots(int more)
    {
        if ((Count + (long)more) * 2 > _slotMask) BuildSlots(Count + more);
    }

    private void LayOutAnew()
    {
        NativeBuffer oldKeys = _keys;
        KeyLayout old = _layout.Copy();
        _layout.Arrange();
        _words = _layout.Words;
        _keys = NativeBuffer.Allocate((long)_capacity * _words * sizeof(ulong), _account);
        if (Count > 0) Repack(old, (ulong*)oldKeys.Pointer);
        oldKeys.Release();
        UseFittingIndex();
    }

    private void Repack(KeyLayout old, ulong* oldKeys)
    {
        uint* groups = stackalloc uint[Batch.MaxRows];
        for (int first = 0; first < Count; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, Count - first);
            for (int i = 0; i < count; i++) groups[i] = (uint)(first + i + 1);
            ulong* target = (ulong*)_keys.Pointer + ((long)first * _words);
            new Span<ulong>(target, count * _words).Clear();
            for (int k = 0; k < _encoders.Length; k++)
            {
                old.Unpack(k, oldKeys, groups, count, CodesOf(k), FlagsOf(k));
                _encoders[k].Translate(CodesOf(k), FlagsOf(k), count);
                _layout.Pack(k, CodesOf(k), FlagsOf(k), count, target);
            }
        }
    }

    private void UseFittingIndex()
    {
        FreeIndex();
        if (!FitsArray)
        {
            BuildSlots(Count);
            return;
        }
        _array = NativeBuffer.AllocateZeroed((1L << _layout.Bits) * sizeof(uint), _account);
        uint* array = (uint*)_array.Pointer;
        ulong* keys = (ulong*)_keys.Pointer;
        for (int i = 0; i < Count && !_appends; i++) array[keys[i]] = (uint)(i + 1);
    }

    private void BuildSlots(int count)
    {
        long size = FirstCapacity;
        while (size < 4L * count) size *= 2;
        // Once there are many, the table takes the size that it will have in the end: each growth is a pass over all.
        if (size > CachedSlots) while (size < 2L * _expected) size *= 2;
        FreeIndex();
        _slots = NativeBuffer.AllocateZeroed(size * sizeof(Slot), _account);
        _slotMask = (uint)(size - 1);
        if (_appends) return;
        Slot* slots = (Slot*)_slots.Pointer;
        for (int i = 0; i < Count; i++)
        {
            ulong* key = KeyOf((uint)(i + 1));
            ulong hash = _words == 1 ? Hashing.OfInteger(key[0]) : HashOf(key, _words);
            uint at = (uint)(hash >> 32) & _slotMask;
            while (slots[at].Group != 0) at = (at + 1) & _slotMask;
            slots[at] = new Slot { Key = _words == 1 ? key[0] : hash, Group = (uint)(i + 1) };
        }
    }

    private void FreeIndex()
    {
        _array?.Release();
        _slots?.Release();
        _array = _slots = null;
    }

    /// <summary>The key, where it is one word, else its hash; and the group, 0 where the slot is free.</summary>
    private struct Slot
    {
        public ulong Key;
        public uint Group;
    }
}
