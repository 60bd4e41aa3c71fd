-- Messages that were doubtful (`prompt_attack` of at least `doubtful`) in a span of time, the latest first. Without FINAL:
-- few rows are of this kind, and their latest versions are picked from these.
SELECT conversation_id, turn_index
FROM signals
PREWHERE kind = 'prompt_attack'
WHERE project_id = {project_id:UInt32}
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
GROUP BY conversation_id, turn_index, kind, label, span_id
HAVING argMax(is_deleted, version) = 0 AND argMax(score, version) >= {doubtful:Float64}
ORDER BY max(time) DESC
LIMIT {limit:UInt32}
