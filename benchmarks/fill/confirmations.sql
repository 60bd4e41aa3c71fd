-- What people said of one in a hundred of those signals, three of four of them right.
INSERT INTO confirmations
(
    project_id, conversation_id, turn_index, kind, label, span_id, verdict, fired, score, said_by, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    intDiv(number % 8, 2),
    ['thumbs', 'rephrase', 'regeneration', 'refusal', 'sentiment'][1 + cityHash64(number, 8) % 5] AS kind,
    if(kind = 'thumbs', if(cityHash64(number, 9) % 3 = 0, 'down', 'up'), ''),
    lower(hex(sipHash64(number))),
    if(cityHash64(number, 'right') % 4 = 0, 'rejected', 'confirmed'),
    cityHash64(number, 10) % 2,
    0.9,
    'anna@example.org',
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 4 = 0 AND cityHash64(number, 'confirmation') % 100 = 0
