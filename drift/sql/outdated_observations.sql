-- Conversations that people led and that other code measured, the latest first.
SELECT conversation_id
FROM observations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE code_version != {basis:String}
ORDER BY day DESC, conversation_id
LIMIT {limit:UInt32}
