-- How many turns there are since a time, up to a limit.
SELECT count() AS turns
FROM
(
    SELECT 1 FROM turns FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE start_time >= fromUnixTimestamp64Nano({since_ns:Int64})
    LIMIT {limit:UInt32}
)
