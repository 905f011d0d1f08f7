using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// A plan as bytes, with what its expressions need to know of the statement, so that every process computes the same:
/// an array of the format, the session, the parameters and the root.
/// </summary>
internal static class PlanBytes
{
    /// <summary>Rises when the meaning of the bytes changes; a plan of another format is refused.</summary>
    public const int Format = 1;

    private const int MaxParameters = 65_535;

    /// <summary>The bytes of a plan.</summary>
    public static byte[] Write(PhysicalNode root, SessionInfo session, IReadOnlyList<Value> parameters) =>
        Write(root, session, parameters, out _);

    /// <summary>The bytes of a plan, and the hashes of the assemblies that whoever reads it must have.</summary>
    public static byte[] Write(
        PhysicalNode root, SessionInfo session, IReadOnlyList<Value> parameters, out string[] assemblies)
    {
        using ByteWriter bytes = new();
        MessagePackWriter target = new(bytes);
        PlanWriter plan = new(target);
        plan.Begin(4);
        plan.Write(Format);
        WriteSession(target, session);
        target.WriteList(parameters, (t, v) => t.WriteValue(v));
        plan.Write(root);
        assemblies = [.. plan.Assemblies];
        return bytes.ToArray();
    }

    /// <summary>The plan, bound to this process.</summary>
    /// <exception cref="CorruptDataException">No plan of this format.</exception>
    public static ReceivedPlan Read(ReadOnlyMemory<byte> bytes, PlanReadContext context, string name = "plan")
    {
        MessagePackReader source = new(bytes, name);
        source.ReadArrayHeader(min: 4);
        int format = source.ReadInt32();
        source.ThrowUnless(format == Format, $"plan of format {format}, {Format} expected");
        SessionInfo session = source.ReadNested(ReadSession);
        Value[] parameters = source.ReadList(MessagePackTypes.ReadValue, MaxParameters);
        PhysicalNode root = new PlanReader(source, context).ReadNode();
        source.Finish();
        return new ReceivedPlan(root, session, parameters);
    }

    private static void WriteSession(MessagePackWriter target, SessionInfo session)
    {
        target.WriteArrayHeader(8);
        target.Write(session.TransactionMicroseconds);
        target.Write(session.StatementMicroseconds);
        target.Write(session.TimeZone);
        target.Write(session.RandomSeed);
        target.Write(session.UserName);
        target.Write(session.DatabaseName);
        target.WriteList([.. session.SearchPath]);
        target.Write(session.DateStyle.ToString());
    }

    private static SessionInfo ReadSession(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: 7);
        return new SessionInfo
        {
            TransactionMicroseconds = source.ReadInt64(),
            StatementMicroseconds = source.ReadInt64(),
            TimeZone = source.ReadString(),
            RandomSeed = source.ReadUInt64(),
            UserName = source.ReadString(),
            DatabaseName = source.ReadString(),
            SearchPath = source.ReadStringList(1024),
            DateStyle = count > 7 ? DateStyle.Parse(source.ReadString()) : default,
        };
    }
}

/// <summary>A plan that came from another process.</summary>
/// <param name="Root">The plan.</param>
/// <param name="Session">For <see cref="QueryEnvironment.Session"/>.</param>
/// <param name="Parameters">For <see cref="QueryEnvironment.Parameters"/>.</param>
internal sealed record ReceivedPlan(PhysicalNode Root, SessionInfo Session, IReadOnlyList<Value> Parameters);
