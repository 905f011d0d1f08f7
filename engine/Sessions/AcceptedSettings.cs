namespace ColFrag.Engine.Sessions;

/// <summary>
/// Parameters of PostgreSQL that mean nothing here. Dumps, drivers and tools set them, so they keep what they are given
/// and change nothing: plans are chosen by cost alone, and memory has one limit, <c>memory_limit</c>.
/// </summary>
internal static class AcceptedSettings
{
    /// <summary>Their names, with PostgreSQL's defaults.</summary>
    public static IEnumerable<(string Name, string Default)> All =>
    [
        ("check_function_bodies", "on"), ("cpu_index_tuple_cost", "0.005"), ("cpu_operator_cost", "0.0025"),
        ("cpu_tuple_cost", "0.01"), ("default_statistics_target", "100"), ("default_table_access_method", "heap"),
        ("default_tablespace", ""), ("default_toast_compression", "pglz"),
        ("default_transaction_deferrable", "off"), ("effective_cache_size", "524288"),
        ("enable_async_append", "on"), ("enable_bitmapscan", "on"), ("enable_gathermerge", "on"),
        ("enable_hashagg", "on"), ("enable_hashjoin", "on"), ("enable_incremental_sort", "on"),
        ("enable_indexonlyscan", "on"), ("enable_indexscan", "on"), ("enable_material", "on"),
        ("enable_memoize", "on"), ("enable_mergejoin", "on"), ("enable_nestloop", "on"),
        ("enable_parallel_append", "on"), ("enable_parallel_hash", "on"), ("enable_partition_pruning", "on"),
        ("enable_partitionwise_aggregate", "off"), ("enable_partitionwise_join", "off"), ("enable_seqscan", "on"),
        ("enable_sort", "on"), ("enable_tidscan", "on"), ("escape_string_warning", "on"),
        ("from_collapse_limit", "8"), ("geqo", "on"), ("geqo_threshold", "12"), ("hash_mem_multiplier", "2"),
        ("idle_session_timeout", "0"), ("jit", "off"), ("jit_above_cost", "100000"), ("join_collapse_limit", "8"),
        ("lc_messages", "C"), ("lc_monetary", "C"), ("lc_numeric", "C"), ("lc_time", "C"),
        ("logical_decoding_work_mem", "65536"), ("maintenance_work_mem", "65536"), ("max_parallel_workers", "8"),
        ("max_parallel_workers_per_gather", "2"), ("max_stack_depth", "2048"),
        ("min_parallel_index_scan_size", "64"), ("min_parallel_table_scan_size", "1024"),
        ("parallel_leader_participation", "on"), ("parallel_setup_cost", "1000"), ("parallel_tuple_cost", "0.1"),
        ("plan_cache_mode", "auto"), ("random_page_cost", "4"), ("recursive_worktable_factor", "10"),
        ("seq_page_cost", "1"), ("synchronize_seqscans", "on"), ("synchronous_commit", "on"),
        ("temp_buffers", "1024"), ("transaction_deferrable", "off"), ("transaction_timeout", "0"),
        ("work_mem", "4096"), ("xmloption", "content"),
    ];
}
