-- What the estimates of some conversations rest on, as a digest: who has none was not led by people, or is gone.
SELECT conversation_id, cityHash64(told_versions) AS told
FROM estimates FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
