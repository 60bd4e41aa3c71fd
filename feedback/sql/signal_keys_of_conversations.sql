-- Which signals some conversations have in a range of their turns.
SELECT conversation_id, turn_index, kind, label, span_id
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    AND turn_index >= {first_turn:UInt32} AND turn_index < {end_turn:UInt32}
