-- Traces with feedback spans or evaluation results that came after the watermark, of all projects, those that changed
-- first at the top. An evaluation result of no trace stands for itself, as `log:` and its id.
SELECT project_id, id, toUnixTimestamp64Micro(max(ingested_at)) AS changed_us, count() AS row_count
FROM
(
    SELECT project_id, TraceId AS id, ingested_at
    FROM otel_traces
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND (SpanName = 'tacit.feedback' OR has(Events.Name, 'gen_ai.evaluation.result'))
    UNION ALL
    SELECT project_id, if(TraceId = '', concat('log:', toString(log_id)), TraceId) AS id, ingested_at
    FROM otel_logs
    WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND event_name = 'gen_ai.evaluation.result'
)
GROUP BY project_id, id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
