-- Conversations that were estimated, or lost their estimate, after the watermark, of all projects. Without FINAL: one that
-- is gone must lose its failing turn.
SELECT project_id, conversation_id AS id, max(version) AS changed_us, count() AS row_count
FROM estimates
WHERE version > {after_us:UInt64}
GROUP BY project_id, conversation_id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
