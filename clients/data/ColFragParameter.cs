using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Records;

namespace ColFrag.Data;

/// <summary>A value for <c>@name</c>, <c>:name</c>, <c>$name</c>, <c>$1</c> or <c>?</c>.</summary>
public sealed class ColFragParameter : DbParameter
{
    private string _name = "";
    private string _sourceColumn = "";
    private DbType? _type;

    /// <summary>A parameter without a name or a value.</summary>
    public ColFragParameter()
    {
    }

    /// <summary>A named parameter.</summary>
    /// <param name="parameterName">The name, with or without what stands before it.</param>
    /// <param name="value">The value; null is NULL.</param>
    public ColFragParameter(string? parameterName, object? value)
    {
        ParameterName = parameterName;
        Value = value;
    }

    /// <inheritdoc/>
    public override DbType DbType
    {
        get => _type ?? ClrValues.DbTypeOf(Value);
        set => _type = value;
    }

    /// <inheritdoc/>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
                throw new NotSupportedException("Statements give results by their rows; parameters only go in.");
        }
    }

    /// <inheritdoc/>
    public override bool IsNullable { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string ParameterName { get => _name; set => _name = value ?? ""; }

    /// <inheritdoc/>
    public override int Size { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string SourceColumn { get => _sourceColumn; set => _sourceColumn = value ?? ""; }

    /// <inheritdoc/>
    public override bool SourceColumnNullMapping { get; set; }

    /// <inheritdoc/>
    public override object? Value { get; set; }

    /// <summary>The type that was set; null where the value says it.</summary>
    internal DbType? GivenType => _type;

    /// <summary>The name without what stands before it.</summary>
    internal string BareName => _name.TrimStart('@', ':', '$', '?');

    /// <inheritdoc/>
    public override void ResetDbType() => _type = null;
}
