-- When the oldest feedback span came in that is past the watermark, of all projects; 0 where none is.
SELECT toUnixTimestamp64Micro(min(ingested_at)) * (count() > 0) AS oldest_us
FROM otel_traces
WHERE ingested_at > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC') AND SpanName = 'tacit.feedback'
