-- When the oldest feedback span or evaluation result came in that is past the watermark, of all projects; 0 where none is.
SELECT toUnixTimestamp64Micro(min(ingested_at)) * (count() > 0) AS oldest_us, count() AS waiting
FROM
(
    SELECT ingested_at
    FROM otel_traces
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND (SpanName = 'tacit.feedback' OR has(Events.Name, 'gen_ai.evaluation.result'))
    UNION ALL
    SELECT ingested_at
    FROM otel_logs
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND event_name = 'gen_ai.evaluation.result'
)
