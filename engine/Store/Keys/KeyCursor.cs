namespace ColFrag.Engine.Store.Keys;

/// <summary>Walks the keys of a segment in order; begins before the first. For one thread.</summary>
internal sealed class KeyCursor(SegmentKeys keys) : IDisposable
{
    private KeyPage? _page;
    private int _pageNumber = -1;
    private int _index;

    /// <summary>The number of the key where it stands.</summary>
    public ulong Number => _page!.Numbers[_index];

    /// <summary>Its row.</summary>
    public int Row => _page!.Rows[_index];

    /// <summary>True behind the last key.</summary>
    public bool IsAtEnd => _pageNumber >= keys.PageCount;

    /// <summary>Goes to the next key; false behind the last.</summary>
    public bool Next()
    {
        if (IsAtEnd) return false;
        if (_page is not null && ++_index < _page.Count) return true;
        return OpenPage(_pageNumber + 1);
    }

    /// <summary>
    /// Goes on to the first key that is at least a number, and stays where it is one; true when it is the number.
    /// </summary>
    public bool Seek(ulong number)
    {
        if (IsAtEnd) return false;
        // Keys that are equal to a page's first may begin in the page before.
        int page = Math.Max(keys.LastPageBelow(number), Math.Max(_pageNumber, 0));
        if (page != _pageNumber && !OpenPage(page)) return false;
        _index = _page!.FirstAtLeast(number, _index);
        if (_index == _page.Count && !OpenPage(_pageNumber + 1)) return false;
        return Number == number;
    }

    /// <summary>Another cursor at the same place.</summary>
    public KeyCursor Copy()
    {
        _page?.Retain();
        return new KeyCursor(keys) { _page = _page, _pageNumber = _pageNumber, _index = _index };
    }

    public void Dispose() => Close();

    private bool OpenPage(int number)
    {
        Close();
        _pageNumber = number;
        _index = 0;
        if (IsAtEnd) return false;
        _page = keys.OpenPage(number);
        return true;
    }

    private void Close()
    {
        _page?.Release();
        _page = null;
    }
}
