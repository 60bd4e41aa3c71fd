-- Spans that are erased, as they came in.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND TraceId IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
    AND concat(TraceId, '/', SpanId) NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'kept')
