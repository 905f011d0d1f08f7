using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>
/// The assemblies of CREATE FUNCTION … ASSEMBLY in one process: a file each, whose name is the SHA-256 of its bytes,
/// and which is loaded when a call first needs it. Code of an assembly has all rights of the process, so whoever starts
/// the process must have allowed it. A loaded assembly stays until the process ends.
/// </summary>
/// <param name="files">The disk of the database or worker.</param>
/// <param name="isAllowed">What whoever started the process decided.</param>
internal sealed class AssemblyLibrary(IFileSystem files, bool isAllowed)
{
    /// <summary>Bytes of the largest assembly.</summary>
    public const int MaxBytes = 64 << 20;

    private readonly ConcurrentDictionary<string, Assembly> _loaded = new(StringComparer.Ordinal);

    /// <exception cref="QueryException">42501: this process runs no assemblies.</exception>
    public void RequireAllowed()
    {
        if (isAllowed) return;
        throw new QueryException(
            SqlStates.InsufficientPrivilege, "Functions of assemblies are not allowed in this process",
            hint: "Their code has all rights of the process. Whoever starts it allows them: --allow-assemblies, or " +
                "DatabaseOptions.AllowsAssemblies; in a cluster for the coordinator and every worker.");
    }

    /// <summary>The name of an assembly: a hash of its bytes that nobody can meet with other bytes.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Keeps an assembly under its hash, which is returned.</summary>
    /// <exception cref="StorageException">The disk is full, or failing.</exception>
    public async ValueTask<string> AddAsync(byte[] bytes, CancellationToken cancellationToken = default)
    {
        string hash = HashOf(bytes);
        if (Has(hash)) return hash;
        await files.EnsureFolderAsync(StorePaths.Assemblies, cancellationToken);
        using TempFile file = TempFile.Create(files, StorePaths.Assembly(hash), bytes.Length);
        await file.File.AppendAsync(bytes, cancellationToken);
        await file.PublishAsync(cancellationToken);
        return hash;
    }

    /// <summary>True where the assembly lies here as it should be.</summary>
    public bool Has(string hash)
    {
        if (_loaded.ContainsKey(hash)) return true;
        if (!files.FileExists(StorePaths.Assembly(hash))) return false;
        try
        {
            Read(hash);
            return true;
        }
        catch (CorruptDataException)
        {
            return false;
        }
    }

    /// <summary>The bytes of an assembly.</summary>
    /// <exception cref="CorruptDataException">They are others than those that were kept.</exception>
    /// <exception cref="StorageException">58P01: it is not here.</exception>
    public byte[] Read(string hash)
    {
        string path = StorePaths.Assembly(hash);
        if (!files.FileExists(path))
        {
            throw new StorageException(
                "The assembly of a function is missing", path,
                "Create the function again: CREATE OR REPLACE FUNCTION … ASSEMBLY.", SqlStates.UndefinedFile);
        }
        byte[] bytes = files.ReadAll(path, MaxBytes);
        CorruptDataException.ThrowUnless(HashOf(bytes) == hash, "hash of an assembly", path, 0);
        return bytes;
    }

    /// <summary>The code of a function that takes these types.</summary>
    /// <exception cref="QueryException">42501, 42883 or 42P13: it must not, or cannot, be called.</exception>
    public ManagedRoutine Find(AssemblyEntry entry, IReadOnlyList<LogicalType> types) =>
        Guard(entry.Member, () => AssemblyMember.Find(Load(entry.Hash), entry, types));

    /// <summary>The method that a function without ENTRY is; see <see cref="AssemblyMember.FindByName"/>.</summary>
    public string FindByName(string hash, string function) =>
        Guard(function, () => AssemblyMember.FindByName(Load(hash), function));

    private Assembly Load(string hash)
    {
        RequireAllowed();
        if (_loaded.TryGetValue(hash, out Assembly? known)) return known;
        byte[] bytes = Read(hash);
        try
        {
            // A context of its own: two versions of an assembly have the same name.
            AssemblyLoadContext context = new($"ColFrag functions {hash}");
            using MemoryStream stream = new(bytes, writable: false);
            return _loaded.GetOrAdd(hash, context.LoadFromStream(stream));
        }
        catch (BadImageFormatException error)
        {
            throw new QueryException(
                SqlStates.InvalidFunctionDefinition, "The file is no .NET assembly that this process can load",
                hint: "Give a .dll that was built for this version of .NET, or an older one.", inner: error);
        }
    }

    // Types are loaded when they are first looked at, and with them what they are made of.
    private static T Guard<T>(string member, Func<T> find)
    {
        try
        {
            return find();
        }
        catch (Exception error) when (error is FileNotFoundException or FileLoadException or TypeLoadException
            or ReflectionTypeLoadException)
        {
            throw new QueryException(
                SqlStates.InvalidFunctionDefinition,
                $"The assembly needs what is not here, for {member}: {error.Message}",
                hint: "An assembly of functions is one file; it can use the base library and ColFrag.Engine.",
                inner: error);
        }
    }
}
