-- Conversations of people that were listened to and last estimated on another basis, the latest first.
SELECT conversation_id
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE conversation_id IN (SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine = '')
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM estimates FINAL WHERE project_id = {project_id:UInt32} AND basis = {basis:String}
    )
ORDER BY last_time DESC, conversation_id
LIMIT {limit:UInt32}
