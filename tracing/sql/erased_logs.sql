-- Log records that are erased: those of its traces, those that name its user or conversation, and those of its time.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND (
        (TraceId IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
            AND concat(TraceId, '/', SpanId) NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'kept'))
        OR LogAttributes['user.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
        OR LogAttributes['enduser.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
        OR LogAttributes['gen_ai.conversation.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        OR LogAttributes['session.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        OR (toUnixTimestamp64Nano(event_time) >= {start_ns:Int64} AND toUnixTimestamp64Nano(event_time) < {end_ns:Int64})
    )
