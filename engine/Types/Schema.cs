using System.Collections.Immutable;

namespace ColFrag.Engine.Types;

/// <summary>A name and a type; one column of a schema or one field of a struct.</summary>
/// <param name="Name">As written, case kept.</param>
/// <param name="Type">The type.</param>
/// <param name="IsNullable">False when NULL is refused.</param>
public sealed record Field(string Name, LogicalType Type, bool IsNullable = true);

/// <summary>The columns of a table, a batch or a result, in order.</summary>
public sealed class Schema : IEquatable<Schema>
{
    /// <summary>Creates a schema.</summary>
    public Schema(ImmutableArray<Field> fields) => Fields = fields;

    /// <summary>Creates a schema.</summary>
    public Schema(params IEnumerable<Field> fields) => Fields = [.. fields];

    /// <summary>The columns, in order.</summary>
    public ImmutableArray<Field> Fields { get; }

    /// <summary>Number of columns.</summary>
    public int Count => Fields.Length;

    /// <summary>One column.</summary>
    public Field this[int index] => Fields[index];

    /// <summary>Index of the first column with this name (case-insensitive, ASCII), or -1.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Length; i++)
        {
            if (Fields[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }

    /// <inheritdoc/>
    public bool Equals(Schema? other) => other is not null && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Schema);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate(17, HashCode.Combine);

    /// <summary>The columns as CREATE TABLE lists them.</summary>
    public override string ToString() =>
        string.Join(", ", Fields.Select(f => $"{f.Name} {f.Type}{(f.IsNullable ? "" : " NOT NULL")}"));
}
