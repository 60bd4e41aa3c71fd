-- Traces with feedback spans that came after the watermark, of all projects, those that changed first at the top.
SELECT project_id, TraceId AS id, toUnixTimestamp64Micro(max(ingested_at)) AS changed_us, count() AS row_count
FROM otel_traces
WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC') AND SpanName = 'tacit.feedback'
GROUP BY project_id, TraceId
ORDER BY changed_us, id
LIMIT {limit:UInt32}
