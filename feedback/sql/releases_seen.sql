-- The releases of the app, and when each was first seen; the latest first.
SELECT
    JSONExtractString(metadata, 'service.version') AS value,
    '' AS prompt,
    toUnixTimestamp64Nano(min(start_time)) AS seen_ns
FROM generations FINAL
WHERE project_id = {project_id:UInt32} AND value != ''
GROUP BY value
ORDER BY seen_ns DESC
LIMIT {limit:UInt32}
