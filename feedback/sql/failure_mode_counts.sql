-- How many conversations belong to each failure mode, and to none (0).
SELECT mode, count() AS conversations
FROM failing_turns FINAL
WHERE project_id = {project_id:UInt32}
GROUP BY mode
