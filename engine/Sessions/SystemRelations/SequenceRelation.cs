using ColFrag.Engine.Catalog;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>A sequence read as a relation: one row that says where it stands.</summary>
internal static class SequenceRelation
{
    /// <summary>PostgreSQL's columns.</summary>
    public static Schema Columns { get; } = new(
        new Field("last_value", LogicalType.BigInt, false), new Field("log_cnt", LogicalType.BigInt, false),
        new Field("is_called", LogicalType.Boolean, false));

    /// <summary>The relation of a sequence.</summary>
    public static SystemRelation Of(string name, string schema, long id, Session session, Transaction transaction)
    {
        SequenceDefinition definition = transaction.Catalog.GetSequence(id);
        SequenceState position = session.Host.Tables.Sequences[definition.PositionId].Position(definition);
        Value[] row =
        [
            Value.BigInt(position.Value), Value.BigInt(0), Value.Boolean(position.IsGiven),
        ];
        return new SystemRelation(schema, name, new SourceTable(new ValueSource(Columns, () => [row]), name));
    }
}
