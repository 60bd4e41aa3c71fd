-- What spans of these traces say of their callers: attributes whose value tells, such as a user agent.
SELECT
    TraceId AS trace_id,
    groupUniqArrayArray(64)(arrayMap(
        key -> (key, substring(SpanAttributes[key], 1, 200)),
        arrayFilter(key -> has({attribute_names:Array(String)}, key), mapKeys(SpanAttributes)))) AS callers
FROM otel_traces
PREWHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
    AND hasAny(SpanAttributes.keys, {attribute_names:Array(String)})
GROUP BY TraceId
