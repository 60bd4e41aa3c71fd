-- Conversations that a user took part in, or that anything was said in at a time, in any version of their rows.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, 'conversation', conversation_id
FROM
(
    SELECT conversation_id
    FROM generations
    WHERE project_id = {project_id:UInt32}
        AND (user_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
            OR (toUnixTimestamp64Nano(start_time) >= {start_ns:Int64} AND toUnixTimestamp64Nano(start_time) < {end_ns:Int64}))
    UNION ALL
    SELECT conversation_id
    FROM conversations
    WHERE project_id = {project_id:UInt32}
        AND (user_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
            OR (toUnixTimestamp64Nano(last_time) >= {start_ns:Int64} AND toUnixTimestamp64Nano(first_time) < {end_ns:Int64}))
    UNION ALL
    SELECT conversation_id
    FROM turns
    ARRAY JOIN answers.user_id AS answered_user
    WHERE project_id = {project_id:UInt32}
        AND answered_user IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
    UNION ALL
    SELECT conversation_id
    FROM agent_tasks
    WHERE project_id = {project_id:UInt32}
        AND user_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
    UNION ALL
    SELECT conversation_id
    FROM failing_turns
    WHERE project_id = {project_id:UInt32}
        AND user_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
)
WHERE conversation_id != ''
