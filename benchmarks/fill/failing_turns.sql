-- One in ten of those conversations failed; each belongs to one of the modes, some to many more than others.
INSERT INTO failing_turns
(
    project_id, conversation_id, turn_index, family, signals, user_id, trace_id, span_id, time, cost_usd, vector, mode,
    texts_hash, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    1,
    'answer',
    ['rephrase', 'complaint/useless'],
    concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)),
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    fromUnixTimestamp64Nano(begin_ns(number)),
    (cityHash64(number, 3) % 800) / 1e5,
    repeat(lower(hex(sipHash64(number))), intDiv({vector_bytes:UInt32}, 16)),
    {modes:Array(UInt32)}[1 + least(cityHash64(number, 'a') % length({modes:Array(UInt32)}), cityHash64(number, 'b') % length({modes:Array(UInt32)}))],
    number,
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0 AND cityHash64(number, 'failing') % 10 = 0
