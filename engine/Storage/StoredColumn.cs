using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>
/// A column as segments know it: the id that is never reused, the field, and the column group it lies in.
/// </summary>
internal sealed record StoredColumn(int Id, Field Field, int Group = 0);
