-- The latest spans of a project, whole, to try rules of masking on; wide columns are read for these alone.
SELECT
    TraceState,
    SpanName,
    ServiceName,
    ScopeName,
    ScopeVersion,
    StatusMessage,
    SpanAttributes,
    SpanAttributeTypes,
    ResourceAttributes,
    ResourceAttributeTypes,
    Events.Name AS `Events.Name`,
    Events.Attributes AS `Events.Attributes`,
    EventAttributeTypes,
    Links.TraceState AS `Links.TraceState`,
    Links.Attributes AS `Links.Attributes`,
    LinkAttributeTypes
FROM otel_traces FINAL
WHERE project_id = {project_id:UInt32}
    AND (TraceId, SpanId) IN
    (
        SELECT TraceId, SpanId
        FROM otel_traces
        WHERE project_id = {project_id:UInt32}
        ORDER BY Timestamp DESC
        LIMIT {limit:UInt32}
    )
LIMIT {limit:UInt32}
