-- Who told these keys before a time, and who goes on from those after a time: the latest of each.
SELECT key, told, trace_id, toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM conversation_links FINAL
PREWHERE project_id = {project_id:UInt32} AND key IN {keys:Array(UInt64)}
WHERE (told AND has({continued:Array(UInt64)}, key) AND start_time_ns < {before_ns:Int64})
    OR (NOT told AND has({told:Array(UInt64)}, key) AND start_time_ns > {after_ns:Int64})
ORDER BY start_time DESC, trace_id DESC
LIMIT 20 BY key, told
