-- How many conversations each failure mode has.
SELECT mode, count() AS conversations
FROM failing_turns FINAL
WHERE project_id = {project_id:UInt32} AND mode > 0
GROUP BY mode
