-- What has come in so far: spans, conversations and the latest of them.
SELECT
    (SELECT count() FROM otel_traces FINAL WHERE project_id = {project_id:UInt32}) AS spans,
    (SELECT count() FROM generations FINAL WHERE project_id = {project_id:UInt32}) AS generations,
    count() AS conversations,
    argMax(conversation_id, first_time) AS conversation_id,
    argMax(first_message, first_time) AS first_message
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
