using ColFrag.Engine.Catalog;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>Relations over sequences.</summary>
internal static class SequenceRelations
{
    /// <summary>Who makes rows of which.</summary>
    public static IEnumerable<KeyValuePair<string, SystemRows>> All =>
    [
        new("pg_catalog.pg_sequence", Sequences),
        new("pg_catalog.pg_sequences", SequencesForPeople),
        new("information_schema.sequences", StandardSequences),
    ];

    private static IEnumerable<(SystemTable Table, SequenceDefinition Definition)> Found(SystemObjects objects) =>
        objects.Tables.Where(t => t.SequenceId != 0)
            .Select(t => (t, objects.Transaction.Catalog.GetSequence(t.SequenceId)));

    private static IEnumerable<SystemRow> Sequences(SystemColumns columns, SystemObjects objects) =>
        Found(objects).Select(s => new SystemRow(columns)
        {
            ["seqrelid"] = s.Table.Oid, ["seqtypid"] = ClassRelations.TypeOf(s.Definition.Type).Oid,
            ["seqstart"] = s.Definition.Start, ["seqincrement"] = s.Definition.Increment,
            ["seqmax"] = s.Definition.Maximum, ["seqmin"] = s.Definition.Minimum, ["seqcache"] = s.Definition.Cache,
            ["seqcycle"] = s.Definition.IsCycling,
        });

    private static IEnumerable<SystemRow> SequencesForPeople(SystemColumns columns, SystemObjects objects)
    {
        foreach ((SystemTable table, SequenceDefinition definition) in Found(objects))
        {
            SequenceState position =
                objects.Session.Host.Tables.Sequences[definition.PositionId].Position(definition);
            yield return new SystemRow(columns)
            {
                ["schemaname"] = table.Schema, ["sequencename"] = table.Name,
                ["sequenceowner"] = objects.Session.UserName,
                ["data_type"] = ClassRelations.TypeOf(definition.Type).Oid, ["start_value"] = definition.Start,
                ["min_value"] = definition.Minimum, ["max_value"] = definition.Maximum,
                ["increment_by"] = definition.Increment, ["cycle"] = definition.IsCycling,
                ["cache_size"] = definition.Cache, ["last_value"] = position.IsGiven ? position.Value : null,
            };
        }
    }

    private static IEnumerable<SystemRow> StandardSequences(SystemColumns columns, SystemObjects objects) =>
        Found(objects).Where(s => !s.Definition.IsIdentity).Select(s => new SystemRow(columns)
        {
            ["sequence_catalog"] = InformationRelations.Catalog, ["sequence_schema"] = s.Table.Schema,
            ["sequence_name"] = s.Table.Name, ["data_type"] = ClassRelations.TypeOf(s.Definition.Type).SqlName,
            ["numeric_precision"] = s.Definition.Type.Kind switch
            {
                TypeKind.SmallInt => 16,
                TypeKind.Integer => 32,
                _ => 64,
            },
            ["numeric_precision_radix"] = 2, ["numeric_scale"] = 0, ["start_value"] = Text(s.Definition.Start),
            ["minimum_value"] = Text(s.Definition.Minimum), ["maximum_value"] = Text(s.Definition.Maximum),
            ["increment"] = Text(s.Definition.Increment), ["cycle_option"] = s.Definition.IsCycling ? "YES" : "NO",
        });

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
