-- How many turns the conversations of each service have, of those that began since.
SELECT service_name, count() AS count, quantilesExact(0.05, 0.5, 0.95)(turn_count) AS quantiles
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE first_time >= fromUnixTimestamp64Nano({since_ns:Int64})
GROUP BY service_name
HAVING count >= {enough:UInt32}
