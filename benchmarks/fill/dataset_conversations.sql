-- The conversations of those turns.
INSERT INTO conversations
(
    project_id, conversation_id, user_id, service_name, environment, models, first_time, last_time, turn_count,
    generation_count, longest_ns, outcomes, version
)
SELECT
    1,
    concat('conversation-', toString(intDiv(number, 4))),
    concat('user-', toString(cityHash64(intDiv(number, 4), 1) % 20000)),
    'shop',
    'production',
    [concat('model-', toString(cityHash64(intDiv(number, 4)) % 5))],
    fromUnixTimestamp64Nano({until_ns:Int64} - toInt64({total:UInt64} - number) * 1000000000),
    fromUnixTimestamp64Nano({until_ns:Int64} - toInt64({total:UInt64} - number - 4) * 1000000000),
    4,
    4,
    1000000000,
    ['completed'],
    1
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 4 = 0
