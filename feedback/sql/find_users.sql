-- Users whose id begins so.
SELECT DISTINCT user_id
FROM conversations
PREWHERE project_id = {project_id:UInt32} AND startsWith(user_id, {beginning:String})
LIMIT {limit:UInt32}
