-- Conversations that were listened to, or of whose signals somebody said something, since they were estimated; of all
-- projects. A hearing carries the time at which it began and may be written minutes later, so ten minutes before the
-- watermark are looked at, too. Without FINAL: a conversation that is gone must lose its estimate, and an estimate that is
-- gone was made all the same.
WITH greatest(toInt64({after_us:UInt64}) - 600000000, 0) AS since_us
SELECT changed.project_id AS project_id, changed.id AS id, changed.changed_us AS changed_us, changed.row_count AS row_count
FROM
(
    SELECT project_id, conversation_id AS id, max(version) AS changed_us, count() AS row_count
    FROM
    (
        SELECT project_id, conversation_id, version FROM hearings WHERE version > since_us
        UNION ALL
        SELECT project_id, conversation_id, version FROM confirmations WHERE version > since_us
    )
    GROUP BY project_id, conversation_id
) AS changed
LEFT JOIN
(
    SELECT project_id, conversation_id, max(told_version) AS told_us
    FROM estimates
    WHERE told_version > since_us
    GROUP BY project_id, conversation_id
) AS estimate ON estimate.project_id = changed.project_id AND estimate.conversation_id = changed.id
WHERE changed.changed_us > estimate.told_us
ORDER BY changed_us, id
LIMIT {limit:UInt32}
