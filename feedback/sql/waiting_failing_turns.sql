-- The version of the latest row of those failing turns since a time that are in no failure mode; 0 where there are none.
SELECT max(version) AS version
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE mode = 0 AND time >= fromUnixTimestamp64Nano({since_ns:Int64})
