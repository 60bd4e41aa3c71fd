-- Conversations of one to eight turns.
INSERT INTO conversations (project_id, conversation_id, user_id, turn_count, first_time, last_time, version)
SELECT
    1,
    concat('conversation-', toString(number)),
    concat('user-', toString(number % 20000)),
    1 + number % 8,
    fromUnixTimestamp64Micro({now_us:Int64} - toInt64(number)),
    fromUnixTimestamp64Micro({now_us:Int64} - toInt64(number)),
    {now_us:Int64}
FROM numbers({first:UInt64}, {count:UInt64})
