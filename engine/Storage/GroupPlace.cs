namespace ColFrag.Engine.Storage;

/// <summary>Where the files of a column group of a segment lie.</summary>
/// <param name="Group">Number of the group.</param>
/// <param name="ManifestHash">The hash that the catalog names; null where nobody knows it.</param>
/// <param name="Folder">The folder.</param>
internal readonly record struct GroupPlace(int Group, UInt128? ManifestHash, string Folder);
