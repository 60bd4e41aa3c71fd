-- Conversations that were listened to, in which somebody was asked, or of which or of whose signals somebody said
-- something, since they were estimated; of all projects. A hearing carries the time at which it began and may be written
-- minutes later, so ten minutes before the watermark are looked at, too, and each source is compared by itself. Without
-- FINAL: a conversation that is gone must lose its estimate, and an estimate that is gone was made all the same.
WITH greatest(toInt64({after_us:UInt64}) - 600000000, 0) AS since_us
SELECT changed.project_id AS project_id, changed.id AS id, arrayMax(changed.versions) AS changed_us, changed.row_count AS row_count
FROM
(
    SELECT project_id, conversation_id AS id, maxForEach(versions) AS versions, count() AS row_count
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
ORDER BY changed_us, id
LIMIT {limit:UInt32}
