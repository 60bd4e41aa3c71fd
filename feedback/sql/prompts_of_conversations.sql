-- Which version of the prompt some conversations of these days began with.
SELECT conversation_id, prompt_version
FROM observations FINAL
PREWHERE project_id = {project_id:UInt32} AND toString(day) IN {days:Array(String)}
    AND conversation_id IN {conversation_ids:Array(String)}
