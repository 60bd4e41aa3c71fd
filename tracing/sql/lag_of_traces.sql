-- When the oldest span or log event came in that is past the watermark, of all projects; 0 where none is.
SELECT toUnixTimestamp64Micro(min(ingested_at)) * (count() > 0) AS oldest_us, count() AS waiting
FROM
(
    SELECT ingested_at
    FROM otel_traces
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
    UNION ALL
    SELECT ingested_at
    FROM otel_logs
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND TraceId != ''
        AND (startsWith(event_name, 'gen_ai.') OR event_name = 'exception')
)
