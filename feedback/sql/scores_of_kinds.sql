-- How many signals of some kinds have which score, of turns since a time that people led: what a threshold would let fire.
SELECT kind, round(score, 3) AS score, count() AS signals
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE time >= fromUnixTimestamp64Nano({since_ns:Int64})
    AND kind IN {kinds:Array(String)}
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
    )
GROUP BY kind, score
ORDER BY kind, score
