-- Whether a project has any conversation.
SELECT 1 AS found FROM conversations FINAL WHERE project_id = {project_id:UInt32} LIMIT 1
