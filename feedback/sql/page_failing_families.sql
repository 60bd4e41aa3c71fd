-- How many conversations failed by each sort of failure, the most frequent first.
SELECT family, count() AS conversations
FROM failing_turns FINAL
WHERE project_id = {project_id:UInt32}
GROUP BY family
ORDER BY conversations DESC, family
