-- What datasets are made of: answers that a signal of a kind stands about, as it fired or a person said, in
-- conversations that match.
SELECT
    kind,
    label,
    polarity,
    uniqExact(conversation_id, coalesce(target, turn_index), span_id) AS answers
FROM signals FINAL
WHERE project_id = {project_id:UInt32} AND polarity != 0 AND target IS NOT NULL
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
    AND conversation_id IN
    (
        SELECT conversation_id FROM conversations FINAL
        WHERE project_id = {project_id:UInt32} AND true /* filter */
    )
GROUP BY kind, label, polarity
