-- The ids of one kind that an erasure is about.
SELECT DISTINCT id
FROM erasure_targets
WHERE project_id = {project_id:UInt32} AND kind = {kind:String}
ORDER BY id
LIMIT {limit:UInt64}
