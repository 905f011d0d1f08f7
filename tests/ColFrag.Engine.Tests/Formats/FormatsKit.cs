using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats;

/// <summary>Files in memory, and sources read to the end as text.</summary>
static class FormatsKit
{
    /// <summary>How many inputs a fuzz test makes; COLFRAG_LONG=1 asks for the full number.</summary>
    public static int FuzzCount => Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? 100_000 : 1_500;

    /// <summary>A context whose only file is <c>t.csv</c>.</summary>
    public static SourceContext ContextOf(string text) => ContextOf(Encoding.UTF8.GetBytes(text));

    public static SourceContext ContextOf(byte[] bytes, string name = "t.csv") =>
        new() { Files = new MemoryInputFiles { [name] = bytes } };

    public static SourceOptions Options(params (string Name, object Value)[] options) => new(options.Select(
        o => KeyValuePair.Create(o.Name, o.Value switch
        {
            bool b => Value.Boolean(b),
            int i => Value.BigInt(i),
            string[] texts => Value.Nested(LogicalType.List(LogicalType.Varchar), [.. texts.Select(Value.Text)]),
            (string, string)[] pairs => Value.Nested(
                LogicalType.Struct([.. pairs.Select(p => new Field(p.Item1, LogicalType.Varchar))]),
                [.. pairs.Select(p => Value.Text(p.Item2))]),
            object other => Value.Text((string)other),
        })));

    /// <summary>All rows, values joined by '|', NULL as ∅.</summary>
    public static List<string> Rows(ITableSource source, MemoryAccount? account = null, int[]? columns = null)
    {
        columns ??= [.. Enumerable.Range(0, source.Schema.Count)];
        List<string> rows = [];
        for (int piece = 0; piece < source.PieceCount; piece++) rows.AddRange(RowsOf(source, piece, columns, account));
        return rows;
    }

    public static List<string> RowsOf(ITableSource source, int piece, int[] columns, MemoryAccount? account = null)
    {
        List<string> rows = [];
        using Batch batch = new(new Schema(columns.Select(c => source.Schema[c])));
        using IPieceReader reader = source.OpenPiece(piece, columns, account ?? MemoryAccount.Untracked);
        while (reader.Read(batch, CancellationToken.None))
        {
            Assert.InRange(batch.Count, 1, Batch.MaxRows);
            Assert.False(batch.IsMasked);
            Assert.All(batch.Columns, c => Assert.Equal(batch.Count, c.Count));
            for (int row = 0; row < batch.Count; row++)
            {
                rows.Add(string.Join(
                    '|', batch.Columns.Select(c => c.IsValid(row) ? c.GetValue(row).ToString() : "∅")));
            }
        }
        return rows;
    }

    /// <summary>Reads a CSV text.</summary>
    public static List<string> ReadCsv(string text, params (string, object)[] options)
    {
        using ITableSource source = TableSources.Open(["t.csv"], FileFormat.Csv, Options(options), ContextOf(text));
        return Rows(source);
    }

    /// <summary>The schema that is found for a CSV text.</summary>
    public static string SchemaOf(string text, params (string, object)[] options)
    {
        using ITableSource source = TableSources.Open(["t.csv"], FileFormat.Csv, Options(options), ContextOf(text));
        return source.Schema.ToString();
    }

    public static CsvOptions Csv(params (string, object)[] options) => CsvOptions.From(Options(options));

    /// <summary>The error of an action, which must be one of ours for the user.</summary>
    public static ColFragException Fails(Action action)
    {
        ColFragException error = Assert.ThrowsAny<ColFragException>(action);
        Assert.IsNotType<InvariantException>(error);
        return error;
    }
}

/// <summary>Input files in memory; patterns match as on a disk.</summary>
sealed class MemoryInputFiles : Dictionary<string, byte[]>, IInputFiles
{
    public MemoryInputFiles()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Hands out inputs without a length, as pipes are.</summary>
    public bool ArePipes { get; init; }

    public IReadOnlyList<string> Expand(string pattern) => [pattern];

    public IInputFile Open(string path)
    {
        if (!TryGetValue(path, out byte[]? bytes))
            throw new StorageException("No such file", path, sqlState: SqlStates.UndefinedFile);
        return ArePipes ? new StreamInputFile(path, new MemoryStream(bytes)) : new MemoryInputFile(path, bytes);
    }
}
