-- Writes down the turns with an answer of a trace that is written down.
INSERT INTO purge_targets (project_id, kind, id, turn_index)
SELECT DISTINCT {project_id:UInt32}, 'turn', conversation_id, turn_index
FROM turns
ARRAY JOIN answers.trace_id AS trace
WHERE project_id = {project_id:UInt32}
    AND trace IN (SELECT id FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
