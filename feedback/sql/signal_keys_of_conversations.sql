-- Which signals some conversations have.
SELECT conversation_id, turn_index, kind, label, span_id
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
