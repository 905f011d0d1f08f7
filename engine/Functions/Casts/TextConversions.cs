using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>
/// The casts from text, for files. They know no session: what a file says does not depend on who reads it, so times
/// without a zone are in UTC.
/// </summary>
internal sealed class TextConversions : ITextConversions
{
    /// <summary>The only one.</summary>
    public static TextConversions Instance { get; } = new();

    /// <inheritdoc/>
    public ITextConversion? Find(LogicalType type, MemoryAccount account) =>
        CastFunctions.Find(LogicalType.Varchar, type, isTry: true) is { } cast ? new Conversion(cast, account) : null;

    private sealed class Conversion(ScalarFunction cast, MemoryAccount account) : ITextConversion
    {
        private readonly FunctionContext _context = new(SessionInfo.Default, account);

        public void Convert(ColumnVector texts, int count, ColumnVector target) =>
            cast.Evaluate([texts], count, target, _context);

        public void Dispose() => _context.Dispose();
    }
}
