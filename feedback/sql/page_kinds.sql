-- Kinds of signals that stand, as they fired or a person said, the most frequent first.
SELECT kind, uniqExact(conversation_id) AS conversations
FROM signals FINAL
WHERE project_id = {project_id:UInt32} AND polarity != 0 AND kind NOT IN ('thumbs', 'sentiment')
    AND true /* stands */
GROUP BY kind
ORDER BY conversations DESC, kind
