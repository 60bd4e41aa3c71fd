-- What follows from the conversations and traces that are erased: ids that they had before, in rows that were replaced and
-- are not merged yet; messages; and the hours, days and failure modes that counted them.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, kind, id
FROM
(
    SELECT 'conversation' AS kind, conversation_id AS id
    FROM turns
    ARRAY JOIN answers.trace_id AS answered_in
    WHERE project_id = {project_id:UInt32}
        AND answered_in IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
        AND conversation_id NOT IN (SELECT conversation_id FROM conversations FINAL WHERE project_id = {project_id:UInt32})
    UNION ALL
    SELECT 'turn' AS kind, concat(conversation_id, '/', toString(turn_index), '/', toString(version)) AS id
    FROM turns
    ARRAY JOIN answers.trace_id AS answered_in, answers.span_id AS answered_by
    WHERE project_id = {project_id:UInt32}
        AND answered_in IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
        AND concat(answered_in, '/', answered_by) NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'kept')
    UNION ALL
    SELECT 'message' AS kind, arrayJoin([message_id, response_id]) AS id
    FROM generations
    WHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
    UNION ALL
    SELECT 'message' AS kind, arrayJoin(answers.message_id) AS id
    FROM turns
    WHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
    UNION ALL
    SELECT 'hour' AS kind, toString(toUnixTimestamp(hour)) AS id
    FROM generations_by_time
    WHERE project_id = {project_id:UInt32}
        AND trace_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
    UNION ALL
    SELECT 'day' AS kind, toString(day) AS id
    FROM observations
    WHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
    UNION ALL
    SELECT 'mode' AS kind, toString(mode) AS id
    FROM failing_turns
    WHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
)
WHERE id != ''
