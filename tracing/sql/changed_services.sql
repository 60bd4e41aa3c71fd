-- Services with model calls that changed after the watermark, of all projects, those that changed first at the top.
SELECT project_id, toString(service_name) AS id, toInt64(max(version)) AS changed_us, count() AS row_count
FROM generations_by_time
WHERE version > {after_us:UInt64}
GROUP BY project_id, id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
