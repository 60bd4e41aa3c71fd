-- How many conversations have come in, and the latest of them.
SELECT
    count() AS conversations,
    argMax(conversation_id, first_time) AS conversation_id,
    argMax(first_message, first_time) AS first_message
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
