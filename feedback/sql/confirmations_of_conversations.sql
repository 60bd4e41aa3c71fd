-- What people said of the signals of some conversations.
SELECT
    conversation_id, turn_index, kind, label, span_id, verdict, fired, score, said_by, queue,
    toInt64(version) * 1000 AS time_ns
FROM confirmations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
ORDER BY conversation_id, turn_index, kind, label, span_id
