using System.Runtime.InteropServices;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// A row on its way into order.
/// <code>
///   bytes    field
///   8        the normalised key: unsigned order is the order of rows, as far as 64 bits tell
///   4        which buffer the row is in
///   4        which row of it
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SortEntry
{
    public ulong Key;
    public uint Buffer;
    public uint Row;
}
