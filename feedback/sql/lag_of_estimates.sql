-- When the oldest hearing began, or the oldest word on a signal was said, that no estimate knows, of all projects; 0 where
-- there is none.
WITH greatest(toInt64({after_us:UInt64}) - 600000000, 0) AS since_us
SELECT min(changed.changed_us) * (count() > 0) AS oldest_us
FROM
(
    SELECT project_id, conversation_id, max(version) AS changed_us
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
) AS estimate ON estimate.project_id = changed.project_id AND estimate.conversation_id = changed.conversation_id
WHERE changed.changed_us > estimate.told_us
