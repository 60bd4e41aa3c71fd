-- A decision of each of those conversations, one in twenty asked, by users of whom each has fifty, over thirty days.
INSERT INTO asks
(
    project_id, person, ask_id, turn, user_id, conversation_id, time, asked, propensity, reason, probability, low, high,
    version
)
SELECT
    1,
    concat('user:user-', toString(number % 20000)),
    lower(hex(sipHash128(number))),
    'turn 1',
    concat('user-', toString(number % 20000)),
    concat('conversation-', toString(number)),
    fromUnixTimestamp64Micro({now_us:Int64} - toInt64(cityHash64(number) % 2592000000000)),
    cityHash64(number, 1) % 20 = 0,
    0.05,
    'uncertain',
    0.2,
    0.1,
    0.4,
    {now_us:Int64}
FROM numbers({first:UInt64}, {count:UInt64})
