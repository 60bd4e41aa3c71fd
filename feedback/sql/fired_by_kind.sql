-- How many signals of each kind there are, and how many of them fired, of turns since a time that people led.
SELECT kind, count() AS signals, countIf(fired) AS fired
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE time >= fromUnixTimestamp64Nano({since_ns:Int64})
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
    )
GROUP BY kind
