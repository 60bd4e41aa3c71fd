-- How much of what is there now an erasure by user, conversation or time would take.
SELECT count() AS conversations, sum(turn_count) AS turns, sum(generation_count) AS calls
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
    AND (
        has({conversation_ids:Array(String)}, conversation_id)
        OR has({user_ids:Array(String)}, user_id)
        OR (toUnixTimestamp64Nano(last_time) >= {start_ns:Int64} AND toUnixTimestamp64Nano(first_time) < {end_ns:Int64})
    )
