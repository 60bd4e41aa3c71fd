-- By what these conversations were listened to, and who led them.
SELECT conversation_id, basis, machine, machine_score, machine_reason
FROM hearings FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
