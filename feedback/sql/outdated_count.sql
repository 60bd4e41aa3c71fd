-- How many conversations were last listened to by other detectors, versions or settings.
SELECT count() AS conversations
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE conversation_id NOT IN
(
    SELECT conversation_id
    FROM hearings FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE basis = {basis:String}
)
