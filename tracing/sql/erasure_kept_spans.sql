-- Of traces that are erased the calls of conversations that are not: they stay.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, 'kept', concat(trace_id, '/', arrayJoin(arrayConcat([span_id], other_span_ids)))
FROM generations FINAL
WHERE project_id = {project_id:UInt32}
    AND trace_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
    AND conversation_id NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
    AND user_id NOT IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'user')
