-- When the oldest hearing began, the oldest word on a conversation or signal was said, or the oldest user was asked, that
-- no estimate knows, of all projects; 0 where there is none. As `changed_hearings.sql` looks for them.
WITH greatest(toInt64({after_us:UInt64}) - 600000000, 0) AS since_us
SELECT min(arrayMax(changed.versions)) * (count() > 0) AS oldest_us, count() AS waiting
FROM
(
    SELECT project_id, conversation_id AS id, maxForEach(versions) AS versions
    FROM
    (
        SELECT project_id, conversation_id, [version, 0, 0] AS versions FROM hearings WHERE version > since_us
        UNION ALL
        SELECT project_id, conversation_id, [0, version, 0] FROM confirmations WHERE version > since_us
        UNION ALL
        SELECT project_id, conversation_id, [0, version, 0] FROM labels WHERE version > since_us
        UNION ALL
        SELECT project_id, conversation_id, [0, 0, version]
        FROM asks
        WHERE asked AND time > fromUnixTimestamp64Micro(since_us, 'UTC') AND conversation_id != ''
    )
    GROUP BY project_id, conversation_id
) AS changed
LEFT JOIN
(
    SELECT project_id, conversation_id, maxForEach(told_versions) AS versions
    FROM estimates
    WHERE told_version > since_us
    GROUP BY project_id, conversation_id
) AS estimate ON estimate.project_id = changed.project_id AND estimate.conversation_id = changed.id
WHERE arrayExists((now, then) -> now > then, changed.versions, arrayResize(estimate.versions, 3))
