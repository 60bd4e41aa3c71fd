-- Figures of days from before they were counted anew, and those of days of which nothing is left to count.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND (version < {version:UInt64} OR is_deleted = 1)
    AND toString(day) IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'day')
