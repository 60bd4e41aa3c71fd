-- Kinds of signals that stand, as they fired or a person said, the most frequent first.
SELECT kind, uniqExact(conversation_id) AS conversations
FROM signals FINAL
WHERE project_id = {project_id:UInt32} AND polarity != 0 AND kind NOT IN ('thumbs', 'sentiment')
    AND (
        fired
        OR cityHash64(conversation_id, turn_index, kind, label, span_id) IN
        (
            SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'confirmed'
        )
    )
    AND cityHash64(conversation_id, turn_index, kind, label, span_id) NOT IN
    (
        SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'rejected'
    )
GROUP BY kind
ORDER BY conversations DESC, kind
