-- Traces with model calls that changed after the watermark, of all projects, those that changed first at the top.
SELECT project_id, trace_id AS id, toInt64(max(version)) AS changed_us, count() AS row_count
FROM generations_by_time
WHERE version > {after_us:UInt64} AND is_deleted = 0
GROUP BY project_id, trace_id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
