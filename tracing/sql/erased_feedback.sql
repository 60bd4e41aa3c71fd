-- Feedback that is erased: what is about its conversations, traces and messages, and what was told in its time.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND (
        conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        OR (trace_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
            AND concat(trace_id, '/', span_id) NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'kept'))
        OR message_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'message')
        OR (toUnixTimestamp64Nano(time) >= {start_ns:Int64} AND toUnixTimestamp64Nano(time) < {end_ns:Int64})
    )
