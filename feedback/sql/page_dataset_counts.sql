-- What datasets are made of: answers that a signal of a kind stands about, as it fired or a person said, in
-- conversations that match.
SELECT
    kind,
    label,
    polarity,
    uniqExact(conversation_id, coalesce(target, turn_index), span_id) AS answers
FROM signals FINAL
WHERE project_id = {project_id:UInt32} AND polarity != 0 AND target IS NOT NULL
    AND true /* stands */
    AND conversation_id IN
    (
        SELECT conversation_id FROM conversations FINAL
        WHERE project_id = {project_id:UInt32} AND true /* filter */
    )
GROUP BY kind, label, polarity
