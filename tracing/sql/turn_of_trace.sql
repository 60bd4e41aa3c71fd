-- The turn of a conversation that a trace was made for, an answer that was replaced included.
SELECT turn_index, substringUTF8(user_text, 1, 300) AS opening
FROM turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
WHERE has(answers.trace_id, {trace_id:String})
ORDER BY turn_index
LIMIT 1
