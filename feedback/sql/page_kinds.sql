-- Kinds of signals that stand, as they fired or a person said, the most frequent first.
SELECT kind, uniqExact(conversation_id) AS conversations
FROM signals FINAL
WHERE project_id = {project_id:UInt32} AND polarity != 0 AND kind NOT IN ('thumbs', 'sentiment')
    AND if(
        conversation_id IN (SELECT conversation_id FROM confirmations WHERE project_id = {project_id:UInt32}),
        (
            fired
            OR cityHash64(conversation_id, turn_index, kind, label, span_id) IN
            (
                SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'confirmed'
            )
        )
        AND cityHash64(conversation_id, turn_index, kind, label, span_id) NOT IN
        (
            SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'rejected'
        ),
        fired -- as in most conversations, of whose signals nobody said anything
    )
GROUP BY kind
ORDER BY conversations DESC, kind
