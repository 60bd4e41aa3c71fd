-- Ids of all conversations of a project, in the order of time.
SELECT conversation_id FROM conversations FINAL WHERE project_id = {project_id:UInt32} ORDER BY first_time, conversation_id
