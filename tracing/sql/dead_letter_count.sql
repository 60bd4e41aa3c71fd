-- How many dead letters a project has.
SELECT count() AS letters
FROM dead_letters FINAL
WHERE project_id = {project_id:UInt32}
