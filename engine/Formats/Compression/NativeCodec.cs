using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>A shared library of the system that ColFrag uses where it is installed, and never needs.</summary>
internal sealed class NativeCodec
{
    private readonly string _name;
    private readonly string _package;
    private readonly Lazy<nint> _handle;

    /// <param name="name">What people call it.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <param name="files">File names by system, tried in order.</param>
    public NativeCodec(string name, string package, params string[] files)
    {
        _name = name;
        _package = package;
        _handle = new Lazy<nint>(() =>
        {
            foreach (string file in files)
            {
                if (NativeLibrary.TryLoad(file, out nint handle)) return handle;
            }
            return 0;
        });
    }

    /// <summary>True when the library is installed.</summary>
    public bool IsAvailable => _handle.Value != 0;

    /// <summary>Address of a function.</summary>
    /// <exception cref="QueryException">0A000: the library is not installed.</exception>
    public nint Function(string name)
    {
        if (_handle.Value == 0)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"The {_name} library is not installed",
                hint: $"Install it (Debian and Ubuntu: apt-get install {_package}), or use another compression.");
        }
        return NativeLibrary.GetExport(_handle.Value, name);
    }
}
