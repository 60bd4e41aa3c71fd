-- Turns that are erased: those of its conversations, and older versions of others that hold its answers.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND (
        conversation_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        OR concat(conversation_id, '/', toString(turn_index), '/', toString(version)) IN
            (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'turn')
    )
