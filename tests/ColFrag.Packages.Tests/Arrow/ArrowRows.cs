using System.Globalization;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ColFrag.Packages.Tests.Support;

namespace ColFrag.Packages.Tests.Arrow;

/// <summary>Arrays of Apache.Arrow as <see cref="PlainText"/>.</summary>
static class ArrowRows
{
    /// <summary>The rest of a stream.</summary>
    public static async Task<List<string>> OfAsync(IArrowArrayStream stream)
    {
        List<string> rows = [];
        while (await stream.ReadNextRecordBatchAsync() is { } batch)
        {
            using (batch) rows.AddRange(Of(batch));
        }
        return rows;
    }

    public static IEnumerable<string> Of(RecordBatch batch)
    {
        IArrowArray[] columns = [.. batch.Arrays];
        for (int row = 0; row < batch.Length; row++) yield return string.Join('|', columns.Select(c => Of(c, row)));
    }

    private static string Of(IArrowArray array, int i)
    {
        if (array.IsNull(i)) return PlainText.Null;
        switch (array)
        {
            case BooleanArray a: return a.GetValue(i)!.Value ? "1" : "0";
            case Int8Array a: return Text(a.Values[i]);
            case Int16Array a: return Text(a.Values[i]);
            case Int32Array a: return Text(a.Values[i]);
            case Int64Array a: return Text(a.Values[i]);
            case UInt8Array a: return Text(a.Values[i]);
            case UInt16Array a: return Text(a.Values[i]);
            case UInt32Array a: return Text(a.Values[i]);
            case UInt64Array a: return Text(a.Values[i]);
            case FloatArray a: return PlainText.Of(a.Values[i]);
            case DoubleArray a: return PlainText.Of(a.Values[i]);
            case Date32Array a: return Text(a.Values[i]);
            case Date64Array a: return Text(a.Values[i] / 86_400_000);
            case Time32Array a: return Text(a.Values[i] * 1_000_000L / PerSecond(((Time32Type)a.Data.DataType).Unit));
            case Time64Array a: return Text(a.Values[i] / (PerSecond(((Time64Type)a.Data.DataType).Unit) / 1_000_000));
            case TimestampArray a:
                long factor = 1_000_000_000 / PerSecond(((TimestampType)a.Data.DataType).Unit);
                return Text((BigInteger)a.Values[i] * factor);
            case DurationArray a: return $"0/0/{Text(a.Values[i])}";
            case MonthDayNanosecondIntervalArray a:
                var interval = a.GetValue(i)!.Value;
                return $"{interval.Months}/{interval.Days}/{interval.Nanoseconds / 1_000}";
            case Decimal32Array or Decimal64Array or Decimal128Array or Decimal256Array:
                return new BigInteger(((FixedSizeBinaryArray)array).GetBytes(i)).ToString(CultureInfo.InvariantCulture);
            case FixedSizeBinaryArray a: return Convert.ToHexStringLower(a.GetBytes(i));
            case StringArray a: return a.GetString(i);
            case StringViewArray a: return a.GetString(i);
            case LargeStringArray a: return a.GetString(i);
            case BinaryArray a: return Convert.ToHexStringLower(a.GetBytes(i));
            case DictionaryArray a: return Of(a.Dictionary, int.Parse(Of(a.Indices, i), CultureInfo.InvariantCulture));
            case FixedSizeListArray a: return Parts(a.GetSlicedValues(i));
            case ListArray a: return Parts(a.GetSlicedValues(i));
            case LargeListArray a: return Parts(a.GetSlicedValues(i));
            case StructArray a: return PlainText.Of(a.Fields.Select(f => Of(f, i)));
            default: throw new NotSupportedException($"{array.GetType()}");
        }
    }

    private static string Parts(IArrowArray elements) =>
        PlainText.Of(Enumerable.Range(0, elements.Length).Select(i => Of(elements, i)));

    private static string Text<T>(T number) where T : IBinaryInteger<T> =>
        number.ToString(null, CultureInfo.InvariantCulture);

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };
}
