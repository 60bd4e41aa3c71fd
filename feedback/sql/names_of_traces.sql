-- What the spans of these traces say of who runs them, without their attributes' values, which hold the texts.
SELECT
    TraceId AS trace_id,
    groupUniqArray(16)(ScopeName) AS scopes,
    groupUniqArrayArray(64)(arrayFilter(key -> match(key, {keys:String}), mapKeys(SpanAttributes))) AS span_keys,
    groupUniqArrayArray(64)(arrayMap(
        key -> (key, substring(ResourceAttributes[key], 1, 200)),
        arrayFilter(key -> match(key, {keys:String}), mapKeys(ResourceAttributes)))) AS resource
FROM otel_traces
PREWHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
GROUP BY TraceId
