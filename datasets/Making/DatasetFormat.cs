namespace ColFrag.Datasets.Making;

/// <summary>How the files of a data set are written; the name in lower case is the extension.</summary>
internal enum DatasetFormat
{
    Parquet,
    Csv,
    Arrow,

    /// <summary>The text files of TPC-H's generator: each field ends with a bar, nothing is quoted.</summary>
    Tbl,
}
