-- Conversations that were listened to after the watermark, of all projects; those of long ago need nobody any more.
SELECT project_id, conversation_id AS id, max(version) AS changed_us, count() AS row_count
FROM hearings
WHERE version > greatest({after_us:UInt64}, toUInt64(toUnixTimestamp64Micro(now64(6))) - 900 * 1000000)
GROUP BY project_id, conversation_id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
