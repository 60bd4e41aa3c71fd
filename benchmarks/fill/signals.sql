-- A signal for every fourth of those spans, one in five of them a thumb.
INSERT INTO signals
(
    project_id, conversation_id, turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id,
    evidence, detector, detector_version, time, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    intDiv(number % 8, 2),
    ['thumbs', 'rephrase', 'regeneration', 'refusal', 'sentiment'][1 + cityHash64(number, 8) % 5] AS kind,
    if(kind = 'thumbs', if(cityHash64(number, 9) % 3 = 0, 'down', 'up'), ''),
    0.9,
    0.9,
    cityHash64(number, 10) % 2,
    if(kind = 'thumbs' AND cityHash64(number, 9) % 3 != 0, 1, -1),
    intDiv(number % 8, 2),
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    '{"reason":"made up for a benchmark","offsets":[],"span_ids":[],"numbers":{}}',
    kind,
    '1',
    fromUnixTimestamp64Nano(begin_ns(number)),
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 4 = 0
