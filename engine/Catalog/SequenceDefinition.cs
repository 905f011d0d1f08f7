using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// What a sequence is, in the body of its <see cref="ObjectRecord"/>. Where it stands is not in it: that is a
/// <see cref="SequenceState"/>, which moves without a transaction.
/// </summary>
/// <param name="Type">SMALLINT, INTEGER or BIGINT: what its values fit in.</param>
/// <param name="PositionId">
/// The key of its position. RESTART takes a new one, so that it is undone together with its transaction.
/// </param>
internal sealed record SequenceDefinition(LogicalType Type, long PositionId)
{
    private const byte Format = 1;

    /// <summary>The value of START, where RESTART begins again.</summary>
    public long Start { get; init; } = 1;

    public long Increment { get; init; } = 1;

    public long Minimum { get; init; } = 1;

    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>How many values are made durable at once.</summary>
    public long Cache { get; init; } = 1;

    /// <summary>True when it goes on at the other end.</summary>
    public bool IsCycling { get; init; }

    /// <summary>Where it stands while there is no position: at this value, not given yet.</summary>
    public long First { get; init; } = 1;

    /// <summary>The table that it goes with; 0 for none.</summary>
    public long OwnerTable { get; init; }

    /// <summary>The column of that table that it goes with.</summary>
    public int OwnerColumn { get; init; }

    /// <summary>True for the sequence of an IDENTITY column, which cannot be dropped or given away.</summary>
    public bool IsIdentity { get; init; }

    public byte[] ToBytes() => RecordBytes.Seal(Format, target =>
    {
        TypeBytes.Write(target, Type);
        target.WriteInt64(PositionId);
        target.WriteVarInt64(Start);
        target.WriteVarInt64(Increment);
        target.WriteVarInt64(Minimum);
        target.WriteVarInt64(Maximum);
        target.WriteVarInt64(Cache);
        target.WriteBool(IsCycling);
        target.WriteVarInt64(First);
        target.WriteInt64(OwnerTable);
        RecordBytes.WriteInt(target, OwnerColumn);
        target.WriteBool(IsIdentity);
    });

    public static SequenceDefinition Read(ObjectRecord record)
    {
        ByteReader source = RecordBytes.Open(record.Body.Span, "catalog sequence", Format);
        LogicalType type = TypeBytes.Read(ref source);
        SequenceDefinition definition = new(type, source.ReadInt64())
        {
            Start = source.ReadVarInt64(),
            Increment = source.ReadVarInt64(),
            Minimum = source.ReadVarInt64(),
            Maximum = source.ReadVarInt64(),
            Cache = source.ReadVarInt64(),
            IsCycling = source.ReadBool(),
            First = source.ReadVarInt64(),
            OwnerTable = source.ReadInt64(),
            OwnerColumn = RecordBytes.ReadInt(ref source),
            IsIdentity = source.ReadBool(),
        };
        source.ExpectEnd();
        return definition;
    }
}

/// <summary>
/// Where a sequence stands. Written ahead of the values that are given, so that after a crash none is given twice and
/// some may be left out.
/// </summary>
/// <param name="Value">A value.</param>
/// <param name="IsGiven">True when it was given, and the next one follows; false when it is the next one.</param>
internal readonly record struct SequenceState(long Value, bool IsGiven)
{
    private const byte Format = 1;

    public byte[] ToBytes()
    {
        (long value, bool isGiven) = this;
        return RecordBytes.Seal(Format, target =>
        {
            target.WriteVarInt64(value);
            target.WriteBool(isGiven);
        });
    }

    public static SequenceState Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        return new SequenceState(source.ReadVarInt64(), source.ReadBool());
    }
}
