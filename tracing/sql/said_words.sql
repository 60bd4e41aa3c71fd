-- Which of these words stand in any conversation.
SELECT DISTINCT arrayJoin(arrayIntersect(words, {words:Array(String)})) AS word
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND hasAny(words, {words:Array(String)})
