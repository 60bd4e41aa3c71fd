-- What satisfaction is estimated from, of the latest conversations of people that match and were listened to: who it was,
-- how long each answer is, what was heard, and when the last of it was written. Signals of no direction are left out, but
-- for those of which somebody said something.
WITH picked AS
(
    SELECT conversation_id
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND true /* filter */
        AND conversation_id IN
        (
            SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine = ''
        )
    ORDER BY last_time DESC, conversation_id
    LIMIT {limit:UInt32}
)
SELECT
    conversation.conversation_id AS conversation_id,
    conversation.user_id AS user_id,
    conversation.turn_count AS turn_count,
    turn.lengths AS lengths,
    signal.heard AS heard,
    greatest(hearing.version, said.version) AS told_version,
    said.version > 0 AS is_told
FROM
(
    SELECT conversation_id, user_id, turn_count
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN picked
) AS conversation
INNER JOIN
(
    SELECT conversation_id, version
    FROM hearings FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN picked AND machine = ''
) AS hearing ON hearing.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, groupArray((turn_index, lengthUTF8(answers.text[-1]))) AS lengths
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN picked
    GROUP BY conversation_id
) AS turn ON turn.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT
        conversation_id,
        groupArray((kind, label, polarity, score, fired, turn_index, coalesce(target, turn_index), span_id)) AS heard
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN picked AND polarity != 0
        AND (
            fired
            OR score >= {least_score:Float64}
            OR conversation_id IN (SELECT conversation_id FROM confirmations WHERE project_id = {project_id:UInt32})
        )
    GROUP BY conversation_id
) AS signal ON signal.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, max(version) AS version -- without FINAL: what was taken back counts, too
    FROM confirmations
    WHERE project_id = {project_id:UInt32} AND conversation_id IN picked
    GROUP BY conversation_id
) AS said ON said.conversation_id = conversation.conversation_id
ORDER BY told_version DESC, conversation_id
