-- Turns of some conversations whose answer was made with a tool.
SELECT conversation_id, groupUniqArray(turn_index) AS turn_indexes
FROM agent_tasks FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE tool_uses > 0
GROUP BY conversation_id
