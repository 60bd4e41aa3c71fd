-- Of some spans, the attributes that the ledger reads, their own and their service's.
SELECT
    TraceId AS trace_id,
    SpanId AS span_id,
    toJSONString(mapFilter((name, value) -> has({span_names:Array(String)}, name), SpanAttributes)) AS attributes,
    toJSONString(mapFilter((name, value) -> has({resource_names:Array(String)}, name), ResourceAttributes)) AS resource
FROM otel_traces
PREWHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
WHERE Timestamp BETWEEN fromUnixTimestamp64Nano({first_ns:Int64}) AND fromUnixTimestamp64Nano({last_ns:Int64})
    AND (attributes != '{}' OR resource != '{}')
