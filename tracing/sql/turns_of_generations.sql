-- The turn that each model call of some conversations was made for.
SELECT span_id, turn_index
FROM turns FINAL
ARRAY JOIN arrayFlatten(answers.generation_span_ids) AS span_id
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
