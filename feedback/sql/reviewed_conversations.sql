-- How many conversations reviewers judged.
SELECT uniqExact(conversation_id) AS conversations
FROM labels FINAL
WHERE project_id = {project_id:UInt32} AND kind = 'outcome'
