-- A page of a project's dead letters, without their rows, latest first.
SELECT
    letter_id,
    table_name,
    reason,
    length(row) AS row_bytes,
    toUnixTimestamp64Micro(ingested_at) * 1000 AS time_ns
FROM dead_letters FINAL
WHERE project_id = {project_id:UInt32}
    AND (time_ns, letter_id) < ({before_ns:Int64}, {before_id:String})
ORDER BY time_ns DESC, letter_id DESC
LIMIT {limit:UInt32}
