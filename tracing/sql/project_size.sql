-- About how many conversations a project has, as the engine's parts say without being read: those that were derived again
-- count as often until parts are merged.
SELECT count() AS conversations FROM conversations WHERE project_id = {project_id:UInt32}
