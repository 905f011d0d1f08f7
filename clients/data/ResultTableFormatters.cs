namespace ColFrag.Data;

/// <summary>
/// Says which type makes the formatters of a class. .NET Interactive knows the attribute by its name alone.
/// </summary>
/// <param name="formatterSourceType">A type with a public constructor without arguments and a method
/// <c>CreateTypeFormatters()</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>What makes the formatters.</summary>
    public Type FormatterSourceType => formatterSourceType;

    /// <summary>The forms in which a value is best shown, the best first.</summary>
    public string[] PreferredMimeTypes { get; set; } = [];
}

/// <summary>Makes the formatters of <see cref="ResultTable"/>.</summary>
public sealed class ResultTableFormatters
{
    /// <summary>One for HTML, one for text.</summary>
#pragma warning disable CA1822 // The convention wants a method of an object.
    public IEnumerable<object> CreateTypeFormatters() =>
        [new ResultTableFormatter("text/html"), new ResultTableFormatter("text/plain")];
#pragma warning restore CA1822
}

/// <summary>Writes a <see cref="ResultTable"/> in one form. The convention wants one method called Format.</summary>
/// <param name="mimeType">The form.</param>
public sealed class ResultTableFormatter(string mimeType)
{
    /// <summary>The form that it writes.</summary>
    public string MimeType => mimeType;

    /// <summary>The type that it is for.</summary>
    public Type Type => typeof(ResultTable);

    /// <summary>Writes a value; false where it is of another type.</summary>
    public bool Format(object instance, TextWriter writer)
    {
        if (instance is not ResultTable table) return false;
        writer.Write(mimeType == "text/html" ? table.ToHtml() : table.ToString());
        return true;
    }
}
