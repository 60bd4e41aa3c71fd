-- What people said beside signals of each kind, by the score that each signal has today: how many were said to be right
-- and wrong of those that fired when they were shown and fire still, of all that a detector scored, and how many were
-- missed: confirmed by people where nothing had fired. What review queues say is weighed for itself.
SELECT
    said.kind AS kind,
    round(heard.score, 3) AS score,
    countIf(is_heard AND said.verdict = 'confirmed') AS confirmed,
    countIf(is_heard AND said.verdict = 'rejected') AS rejected,
    countIf(is_heard AND heard.fired AND said.fired AND said.verdict = 'confirmed') AS fired_confirmed,
    countIf(is_heard AND heard.fired AND said.fired AND said.verdict = 'rejected') AS fired_rejected,
    countIf(NOT said.fired AND said.verdict = 'confirmed') AS missed
FROM
(
    SELECT signal_hash, kind, verdict, fired
    FROM confirmations FINAL
    WHERE project_id = {project_id:UInt32} AND queue = 0
) AS said
LEFT JOIN
(
    SELECT
        cityHash64(conversation_id, turn_index, kind, label, span_id) AS signal_hash,
        score,
        fired,
        true AS is_heard
    FROM signals FINAL
    PREWHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT conversation_id FROM confirmations WHERE project_id = {project_id:UInt32})
) AS heard ON heard.signal_hash = said.signal_hash
GROUP BY kind, score
ORDER BY kind, score
