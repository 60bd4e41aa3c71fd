-- Spans of a project that came in since a moment, those of them since a later one, and when the latest did (0: none).
SELECT
    count() AS spans,
    countIf(ingested_at > fromUnixTimestamp64Micro({lately_us:Int64}, 'UTC')) AS lately,
    if(spans = 0, 0, toUnixTimestamp64Micro(max(ingested_at))) AS latest_us
FROM otel_traces
WHERE project_id = {project_id:UInt32} AND ingested_at > fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
