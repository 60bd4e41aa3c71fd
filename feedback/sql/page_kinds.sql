-- Kinds of signals that fired, the most frequent first.
SELECT kind, uniqExact(conversation_id) AS conversations
FROM signals FINAL
WHERE project_id = {project_id:UInt32} AND fired AND polarity != 0 AND kind NOT IN ('thumbs', 'sentiment')
GROUP BY kind
ORDER BY conversations DESC, kind
