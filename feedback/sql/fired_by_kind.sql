-- How many signals of each kind there are, and how many of them fired, of turns since a time.
SELECT kind, count() AS signals, countIf(fired) AS fired
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE time >= fromUnixTimestamp64Nano({since_ns:Int64})
GROUP BY kind
