-- Traces that came in lately and were erased before.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, 'trace', trace_id
FROM
(
    SELECT TraceId AS trace_id
    FROM otel_traces
    WHERE project_id = {project_id:UInt32} AND ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
    UNION ALL
    SELECT TraceId AS trace_id
    FROM otel_logs
    WHERE project_id = {project_id:UInt32} AND ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
)
WHERE trace_id != '' AND sipHash64Keyed(({key:UInt64}, {second_key:UInt64}), trace_id) IN
    (SELECT digest FROM erased_traces WHERE project_id = {project_id:UInt32})
