-- What reviewers said of one conversation, the oldest first.
SELECT conversation_id, kind, said_by, verdict, queue, toInt64(version) * 1000 AS time_ns
FROM labels FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
ORDER BY time_ns, kind, said_by
