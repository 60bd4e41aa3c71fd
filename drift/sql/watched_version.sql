-- The version of the latest row of a project's days up to one; 0 where there is none.
SELECT max(version) AS version
FROM drift_days
WHERE project_id = {project_id:UInt32} AND day <= {until:Date}
