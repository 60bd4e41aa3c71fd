-- Days of which an observation changed after the watermark, of all projects, those that changed first at the top. Without
-- FINAL: a conversation that is gone is no longer to be counted.
SELECT project_id, toString(day) AS id, toInt64(max(version)) AS changed_us, count() AS row_count
FROM observations
WHERE version > {after_us:UInt64}
GROUP BY project_id, day
ORDER BY changed_us, id
LIMIT {limit:UInt32}
