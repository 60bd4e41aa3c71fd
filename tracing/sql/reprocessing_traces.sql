-- The traces that come next in a reprocessing, with the number of their spans and when those go.
SELECT trace_id, span_count, toUnixTimestamp(kept_until) AS kept_until_s
FROM reprocessing_traces
WHERE project_id = {project_id:UInt32} AND version = {version:UInt64}
ORDER BY began, conversation_id, trace_id
LIMIT {limit:UInt32} OFFSET {done:UInt64}
