-- How some conversations open, shortened.
SELECT conversation_id, substringUTF8(first_message, 1, 300) AS text
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE first_message != ''
