using System.Runtime.InteropServices;
using ColFrag.Engine.Formats.Arrow.CData;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>DuckDB in this process through its C API, as the other side of Arrow's C interfaces.</summary>
sealed unsafe class DuckDbArrow : IDisposable
{
    private static readonly nint s_library = NativeLibrary.Load(Repository.PathOf(
        "tests", "interop", "node_modules", "@duckdb", $"node-bindings-linux-{Architecture}", "libduckdb.so"));

    private void* _database;
    private void* _connection;

    public DuckDbArrow()
    {
        fixed (void** database = &_database, connection = &_connection)
        {
            Assert.Equal(0, ((delegate* unmanaged[Cdecl]<byte*, void**, int>)Find("duckdb_open"))(null, database));
            Assert.Equal(0, ((delegate* unmanaged[Cdecl]<void*, void**, int>)Find("duckdb_connect"))(
                _database, connection));
        }
    }

    private static string Architecture => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices
        .Architecture.Arm64 ? "arm64" : "x64";

    /// <summary>The text of the first column of the first row.</summary>
    public string Text(string sql)
    {
        Result result;
        byte[] text = System.Text.Encoding.UTF8.GetBytes(sql + "\0");
        fixed (byte* pointer = text)
        {
            int failed = ((delegate* unmanaged[Cdecl]<void*, byte*, Result*, int>)Find("duckdb_query"))(
                _connection, pointer, &result);
            Assert.True(failed == 0, Marshal.PtrToStringUTF8(
                (nint)((delegate* unmanaged[Cdecl]<Result*, byte*>)Find("duckdb_result_error"))(&result)));
        }
        byte* value = ((delegate* unmanaged[Cdecl]<Result*, ulong, ulong, byte*>)Find("duckdb_value_varchar"))(
            &result, 0, 0);
        string found = Marshal.PtrToStringUTF8((nint)value) ?? "";
        ((delegate* unmanaged[Cdecl]<void*, void>)Find("duckdb_free"))(value);
        ((delegate* unmanaged[Cdecl]<Result*, void>)Find("duckdb_destroy_result"))(&result);
        return found;
    }

    /// <summary>Makes a stream a view, which can be read once.</summary>
    public void Scan(string name, CArrowStream* stream)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(name + "\0");
        fixed (byte* pointer = text)
        {
            Assert.Equal(0, ((delegate* unmanaged[Cdecl]<void*, byte*, CArrowStream*, int>)Find("duckdb_arrow_scan"))(
                _connection, pointer, stream));
        }
    }

    /// <summary>Hands each array of a query's rows, with its schema, to an action that takes them over.</summary>
    public void Query(string sql, Action<nint, nint> take)
    {
        void* result;
        byte[] text = System.Text.Encoding.UTF8.GetBytes(sql + "\0");
        fixed (byte* pointer = text)
        {
            Assert.Equal(0, ((delegate* unmanaged[Cdecl]<void*, byte*, void**, int>)Find("duckdb_query_arrow"))(
                _connection, pointer, &result));
        }
        while (true)
        {
            CArrowSchema schema = default;
            CArrowArray array = default;
            CArrowSchema* schemaPlace = &schema;
            CArrowArray* arrayPlace = &array;
            ((delegate* unmanaged[Cdecl]<void*, CArrowArray**, int>)Find("duckdb_query_arrow_array"))(
                result, &arrayPlace);
            if (array.Release is null) break;
            ((delegate* unmanaged[Cdecl]<void*, CArrowSchema**, int>)Find("duckdb_query_arrow_schema"))(
                result, &schemaPlace);
            take((nint)schemaPlace, (nint)arrayPlace);
        }
        ((delegate* unmanaged[Cdecl]<void**, void>)Find("duckdb_destroy_arrow"))(&result);
    }

    public void Dispose()
    {
        fixed (void** database = &_database, connection = &_connection)
        {
            ((delegate* unmanaged[Cdecl]<void**, void>)Find("duckdb_disconnect"))(connection);
            ((delegate* unmanaged[Cdecl]<void**, void>)Find("duckdb_close"))(database);
        }
    }

    private static void* Find(string name) => (void*)NativeLibrary.GetExport(s_library, name);

    /// <summary><c>duckdb_result</c>: six words that are DuckDB's own business.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Result
    {
        public fixed ulong Words[6];
    }
}
