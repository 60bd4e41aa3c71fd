-- Which tasks of agents some conversations have in a range of their turns.
SELECT conversation_id, turn_index, trace_id, span_id
FROM agent_tasks FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    AND turn_index >= {first_turn:UInt32} AND turn_index < {end_turn:UInt32}
