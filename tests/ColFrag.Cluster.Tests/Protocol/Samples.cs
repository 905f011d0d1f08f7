using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using ColFrag.Engine.Types;
using ColFrag.Protocol;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>
/// Messages with contents, made from their constructors: a message that is added is tested without a line here.
/// </summary>
internal static class Samples
{
    /// <summary>A message of a type.</summary>
    /// <param name="type">The record.</param>
    /// <param name="isFull">True for contents in all fields; false for zeros, nulls and empty lists.</param>
    public static IMessage Of(Type type, bool isFull) => (IMessage)Make(type, isFull, new Counter())!;

    private static object? Make(Type type, bool isFull, Counter counter)
    {
        if (Nullable.GetUnderlyingType(type) is Type inner) return isFull ? Make(inner, true, counter) : null;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(isFull ? 1 : 0);
        if (ElementOf(type) is Type element) return List(type, element, isFull, counter);
        int next = isFull ? ++counter.Value : 0;
        return type switch
        {
            _ when type == typeof(bool) => isFull,
            _ when type == typeof(byte) => (byte)next,
            _ when type == typeof(int) => next,
            _ when type == typeof(uint) => (uint)next,
            _ when type == typeof(ushort) => (ushort)next,
            _ when type == typeof(long) => (long)next,
            _ when type == typeof(ulong) => (ulong)next,
            _ when type == typeof(double) => next / 2.0,
            _ when type == typeof(UInt128) => (UInt128)next << 64,
            _ when type == typeof(Int128) => -(Int128)next,
            _ when type == typeof(Guid) => new Guid(next, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1),
            _ when type == typeof(DateTime) => DateTime.UnixEpoch.AddSeconds(next),
            _ when type == typeof(TimeSpan) => TimeSpan.FromMilliseconds(next),
            _ when type == typeof(string) => isFull ? $"text {next}" : "",
            _ when type == typeof(LogicalType) => isFull ? LogicalType.Decimal(12, 2) : LogicalType.Null,
            _ when type == typeof(Value) => isFull ? Value.Text($"value {next}") : Value.Null(LogicalType.Null),
            _ when type == typeof(Schema) => isFull
                ? new Schema(
                    new Field("id", LogicalType.BigInt, IsNullable: false),
                    new Field("tags", LogicalType.List(LogicalType.Varchar)))
                : new Schema(),
            _ => Record(type, isFull, counter),
        };
    }

    private static object Record(Type type, bool isFull, Counter counter)
    {
        ConstructorInfo constructor = type
            .GetConstructors(BindingFlags.Instance | BindingFlags.Public)
            .OrderByDescending(static candidate => candidate.GetParameters().Length)
            .First();
        NullabilityInfoContext nullability = new();
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            !isFull && nullability.Create(parameter).WriteState == NullabilityState.Nullable
                ? null
                : Make(parameter.ParameterType, isFull, counter))]);
    }

    private static object List(Type type, Type element, bool isFull, Counter counter)
    {
        Array items = Array.CreateInstance(element, isFull ? 2 : 0);
        for (int i = 0; i < items.Length; i++) items.SetValue(Make(element, isFull, counter), i);
        if (type.IsAssignableFrom(items.GetType())) return items;
        if (type == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>((byte[])items);
        if (type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            return typeof(ImmutableArray).GetMethods()
                .First(method => method.Name == nameof(ImmutableArray.Create)
                    && method.GetParameters() is [{ ParameterType.IsArray: true }])
                .MakeGenericMethod(element).Invoke(null, [items])!;
        }
        // A list of the engine's own, made from a sequence.
        return Activator.CreateInstance(type, items)!;
    }

    private static Type? ElementOf(Type type)
    {
        if (type == typeof(string) || type == typeof(Schema)) return null;
        if (type.IsArray) return type.GetElementType();
        if (type == typeof(ReadOnlyMemory<byte>)) return typeof(byte);
        if (!type.IsGenericType || !typeof(IEnumerable).IsAssignableFrom(type)) return null;
        return type.GetGenericArguments() is [Type element] ? element : null;
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}
