-- Conversations all of whose calls are in traces that are erased.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT {project_id:UInt32}, 'conversation', conversation_id
FROM generations FINAL
WHERE project_id = {project_id:UInt32} AND conversation_id IN
    (
        SELECT conversation_id
        FROM generations
        WHERE project_id = {project_id:UInt32}
            AND trace_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
    )
GROUP BY conversation_id
HAVING max(trace_id NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')) = 0
