-- Traces of what is erased: those of its calls and answers, and those whose spans or logs name its user or conversation,
-- or are of its time.
INSERT INTO erasure_targets (project_id, kind, id)
WITH
    (SELECT groupArray(id) FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user') AS users
SELECT DISTINCT {project_id:UInt32}, 'trace', trace_id
FROM
(
    SELECT trace_id
    FROM generations
    WHERE project_id = {project_id:UInt32}
        AND (conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
            OR has(users, user_id))
    UNION ALL
    SELECT arrayJoin(answers.trace_id) AS trace_id
    FROM turns
    WHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
    UNION ALL
    SELECT TraceId AS trace_id
    FROM otel_traces
    WHERE project_id = {project_id:UInt32}
        AND (
            (toUnixTimestamp64Nano(Timestamp) >= {start_ns:Int64} AND toUnixTimestamp64Nano(Timestamp) < {end_ns:Int64})
            OR hasAny(arrayMap(name -> SpanAttributes[name], {user_names:Array(String)}), users)
            OR SpanAttributes['gen_ai.conversation.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
            OR SpanAttributes['session.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        )
    UNION ALL
    SELECT TraceId AS trace_id
    FROM otel_logs
    WHERE project_id = {project_id:UInt32}
        AND (
            hasAny(arrayMap(name -> LogAttributes[name], {user_names:Array(String)}), users)
            OR LogAttributes['gen_ai.conversation.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
            OR LogAttributes['session.id'] IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        )
)
WHERE trace_id != ''
