using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Sessions;

/// <summary>Macros and types as the catalog keeps them: the text of their SQL, UTF-8.</summary>
internal static class ObjectText
{
    public static byte[] Write(string sql) => Encoding.UTF8.GetBytes(sql);

    public static string Read(ObjectRecord record) => Encoding.UTF8.GetString(record.Body.Span);
}

/// <summary>
/// A view as the catalog keeps it.
/// <code>
///   bytes       field
///   4 + n       text of the query, length first
///   4           number of column names
///   (4 + n) x   the names; none for those of the query
/// </code>
/// </summary>
internal sealed record ViewText(string Sql, IReadOnlyList<string> Columns)
{
    private const int MaxColumns = 4096;

    public byte[] Write()
    {
        using ByteWriter target = new();
        WriteText(target, Sql);
        target.WriteInt32(Columns.Count);
        foreach (string column in Columns) WriteText(target, column);
        return target.ToArray();
    }

    public static ViewText Read(ObjectRecord record)
    {
        ByteReader source = new(record.Body.Span, "catalog view");
        string sql = ReadText(ref source);
        string[] columns = new string[source.ReadCount(MaxColumns)];
        for (int i = 0; i < columns.Length; i++) columns[i] = ReadText(ref source);
        source.ExpectEnd();
        return new ViewText(sql, columns);
    }

    private static void WriteText(ByteWriter target, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        target.WriteInt32(bytes.Length);
        target.WriteBytes(bytes);
    }

    private static string ReadText(ref ByteReader source) =>
        Encoding.UTF8.GetString(source.ReadBytes(source.ReadCount(source.Remaining)));
}
