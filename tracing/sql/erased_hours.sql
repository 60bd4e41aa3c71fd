-- Figures of hours from before they were counted anew, and those of hours in which nothing is left to count.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND (version < {version:UInt64} OR is_deleted = 1)
    AND toString(toUnixTimestamp(hour)) IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'hour')
