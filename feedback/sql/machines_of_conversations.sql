-- Which of some conversations a machine led, which kind of machine, and why.
SELECT conversation_id, machine, machine_reason
FROM hearings FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE machine != ''
