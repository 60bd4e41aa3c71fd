-- Which share of each service's conversations tells its user, of those that began since.
SELECT service_name, count() AS count, countIf(user_id != '') / count AS share
FROM conversations
PREWHERE project_id = {project_id:UInt32}
WHERE is_deleted = 0 AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64})
GROUP BY service_name
HAVING count >= {enough:UInt32}
