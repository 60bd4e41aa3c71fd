-- All spans of some traces, or those of some ids alone, each in its latest version.
SELECT
    TraceId AS trace_id,
    SpanId AS span_id,
    ParentSpanId AS parent_span_id,
    SpanName AS name,
    SpanKind AS kind,
    toUnixTimestamp64Nano(Timestamp) AS start_time_ns,
    Duration AS duration_ns,
    StatusCode AS status_code,
    StatusMessage AS status_message,
    ServiceName AS service_name,
    ScopeName AS scope_name,
    SpanAttributes AS attributes,
    SpanAttributeTypes AS attribute_types,
    ResourceAttributes AS resource_attributes,
    ResourceAttributeTypes AS resource_attribute_types,
    Events.Name AS event_names,
    arrayMap(time -> toUnixTimestamp64Nano(time), Events.Timestamp) AS event_times_ns,
    Events.Attributes AS event_attributes,
    EventAttributeTypes AS event_attribute_types,
    Links.TraceId AS link_trace_ids,
    Links.SpanId AS link_span_ids,
    Links.Attributes AS link_attributes,
    LinkAttributeTypes AS link_attribute_types
FROM otel_traces FINAL
PREWHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
    AND (empty({span_ids:Array(String)}) OR SpanId IN {span_ids:Array(String)})
ORDER BY TraceId, Timestamp, SpanId
