-- Thumbs on one answer in ten of those, two of three of them up.
INSERT INTO feedback
(
    project_id, identifier, name, time, label, annotator_kind, metadata, conversation_id, trace_id, span_id, message_id,
    version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('feedback-', toString(number)),
    'thumbs',
    fromUnixTimestamp64Nano(begin_ns(number)),
    if(cityHash64(number, 'way') % 3 = 0, 'down', 'up'),
    'HUMAN',
    '{}',
    concat('conversation-', toString(intDiv(number, 8))),
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    '',
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 2 = 0 AND cityHash64(number, 'thumb') % 10 = 0
