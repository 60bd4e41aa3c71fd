-- How many conversations name no user.
SELECT count() AS conversations
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND user_id = ''
