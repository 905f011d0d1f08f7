using System.Collections.Immutable;

namespace ColFrag.Engine.Storage;

/// <summary>A finished segment, as the catalog names it.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="RawBytes">Bytes of the values before encoding.</param>
/// <param name="PositionChecksum">Equal in every column group of the same rows in the same order.</param>
/// <param name="Groups">The column groups.</param>
internal sealed record SegmentInfo(
    int RowCount, long Bytes, long RawBytes, ulong PositionChecksum, ImmutableArray<SegmentGroup> Groups);

/// <summary>One column group of a segment.</summary>
/// <param name="Group">The group's number.</param>
/// <param name="ManifestHash">XXH128 of the manifest file.</param>
/// <param name="Bytes">Bytes of the files named by the manifest, and of the manifest.</param>
/// <param name="Files">The files, the manifest last.</param>
internal sealed record SegmentGroup(
    int Group, UInt128 ManifestHash, long Bytes, ImmutableArray<SegmentFile> Files);

/// <summary>A file of a segment.</summary>
/// <param name="Name">The name inside the segment's folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Hash">XXH128 of its bytes.</param>
internal sealed record SegmentFile(string Name, long Bytes, UInt128 Hash);
