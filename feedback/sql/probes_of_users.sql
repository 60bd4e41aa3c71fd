-- Messages of these users that were doubtful (`prompt_attack` of at least `doubtful`), in a span of time. Without FINAL:
-- few rows are of this kind, and their latest versions are picked from these.
WITH
    doubted AS
    (
        SELECT conversation_id, turn_index
        FROM signals
        PREWHERE kind = 'prompt_attack'
        WHERE project_id = {project_id:UInt32}
            AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        GROUP BY conversation_id, turn_index, kind, label, span_id
        HAVING argMax(is_deleted, version) = 0 AND argMax(score, version) >= {doubtful:Float64}
    ),
    users AS
    (
        SELECT conversation_id, user_id
        FROM conversations FINAL
        WHERE project_id = {project_id:UInt32}
            AND conversation_id IN (SELECT conversation_id FROM doubted)
            AND user_id IN {user_ids:Array(String)}
    )
SELECT
    users.user_id AS user_id,
    turns.conversation_id AS conversation_id,
    toUnixTimestamp64Nano(turns.start_time) AS time_ns,
    left(turns.user_text, 2000) AS text
FROM turns FINAL
INNER JOIN users ON users.conversation_id = turns.conversation_id
WHERE turns.project_id = {project_id:UInt32}
    AND (turns.conversation_id, turns.turn_index) IN (SELECT conversation_id, turn_index FROM doubted)
    AND turns.conversation_id IN (SELECT conversation_id FROM users)
ORDER BY time_ns
