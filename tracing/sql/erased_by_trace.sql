-- Rows of one table that are of traces that are erased.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND trace_id IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
