-- The latest feedback that compares two answers.
SELECT
    identifier, toUnixTimestamp64Nano(time) AS time_ns, label, annotator_kind, metadata,
    conversation_id, trace_id, span_id, message_id
FROM feedback FINAL
WHERE project_id = {project_id:UInt32} AND name = 'comparison'
ORDER BY time_ns DESC, identifier DESC
LIMIT {limit:UInt32}
