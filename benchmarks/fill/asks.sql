-- A decision whether to ask for one in ten of those turns, one in four of them yes.
INSERT INTO asks
(
    project_id, person, ask_id, turn, user_id, conversation_id, message_id, trace_id, span_id, time, asked, propensity,
    reason, probability, low, high, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns,
    concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)) AS user
SELECT
    {project_id:UInt32},
    concat('user:', user),
    lower(hex(sipHash64(number, 'ask'))),
    toString(intDiv(number % 8, 2)),
    user,
    concat('conversation-', toString(intDiv(number, 8))),
    '',
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    fromUnixTimestamp64Nano(begin_ns(number)),
    cityHash64(number, 'asked') % 4 = 0,
    0.25,
    if(cityHash64(number, 'asked') % 4 = 0, 'chance', 'budget'),
    0.4,
    0.2,
    0.6,
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 2 = 0 AND cityHash64(number, 'asks') % 10 = 0
