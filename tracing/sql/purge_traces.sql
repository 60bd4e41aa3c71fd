-- Writes down the traces of spans that came in between two moments.
INSERT INTO purge_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, 'trace', TraceId
FROM otel_traces
WHERE project_id = {project_id:UInt32}
    AND ingested_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
    AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
