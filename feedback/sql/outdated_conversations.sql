-- Conversations that were last listened to by other detectors, versions or settings, the latest first.
SELECT conversation_id
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE conversation_id NOT IN
(
    SELECT conversation_id
    FROM hearings FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE basis = {basis:String}
)
ORDER BY last_time DESC, conversation_id
LIMIT {limit:UInt32}
