-- What satisfaction is estimated from, of those of some conversations that people led and that were listened to: who it
-- was, how long each answer is, what was heard, which of it the user was asked for, whether and with which probability
-- (over all decisions) somebody was to be asked, and what reviewers said. Signals of no direction are left out, but for
-- those of which somebody said something.
SELECT
    conversation.conversation_id AS conversation_id,
    conversation.user_id AS user_id,
    conversation.turn_count AS turn_count,
    turn.lengths AS lengths,
    signal.heard AS heard,
    answered.places AS answered,
    ask.asked AS is_asked,
    ask.propensity AS propensity,
    label.outcomes AS outcomes,
    said.is_told AS is_told
FROM
(
    SELECT conversation_id, user_id, turn_count
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
) AS conversation
INNER JOIN
(
    SELECT conversation_id
    FROM hearings FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND machine = ''
) AS hearing ON hearing.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, groupArray((turn_index, lengthUTF8(answers.text[-1]))) AS lengths
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    GROUP BY conversation_id
) AS turn ON turn.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT
        conversation_id,
        groupArray((kind, label, polarity, score, fired, turn_index, coalesce(target, turn_index), span_id)) AS heard
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND polarity != 0
        AND (
            fired
            OR score >= {least_score:Float64}
            OR conversation_id IN (
                SELECT conversation_id
                FROM confirmations
                WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
            )
        )
    GROUP BY conversation_id
) AS signal ON signal.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, groupArray((kind, span_id)) AS places
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND kind IN ('thumbs', 'rating')
        AND JSONExtractFloat(evidence, 'numbers', 'asked') = 1
    GROUP BY conversation_id
) AS answered ON answered.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT
        conversation_id,
        max(asks.asked) AS asked,
        1 - exp(sum(log(1 - least(asks.propensity, 0.999999)))) AS propensity
    FROM asks FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    GROUP BY conversation_id
) AS ask ON ask.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, groupArray(verdict) AS outcomes
    FROM labels FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND kind = 'outcome'
    GROUP BY conversation_id
) AS label ON label.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, true AS is_told
    FROM confirmations
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    GROUP BY conversation_id
) AS said ON said.conversation_id = conversation.conversation_id
ORDER BY conversation_id
