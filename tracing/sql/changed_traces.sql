-- Traces with spans, or log events that tell of their calls, that came after the watermark, of all projects, those that
-- changed first at the top.
SELECT project_id, id, toUnixTimestamp64Micro(max(ingested_at)) AS changed_us, count() AS row_count
FROM
(
    SELECT project_id, TraceId AS id, ingested_at
    FROM otel_traces
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
    UNION ALL
    SELECT project_id, TraceId AS id, ingested_at
    FROM otel_logs
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND TraceId != ''
        AND (startsWith(event_name, 'gen_ai.') OR event_name = 'exception')
)
GROUP BY project_id, id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
