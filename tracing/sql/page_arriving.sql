-- What has come in where no conversation is yet: spans with the trace of the latest, and model calls.
SELECT
    (SELECT count() FROM generations FINAL WHERE project_id = {project_id:UInt32}) AS generations,
    count() AS spans,
    argMax(TraceId, Timestamp) AS trace_id
FROM otel_traces FINAL
WHERE project_id = {project_id:UInt32}
