-- Thumbs on three in ten of those answers, two of three of them up.
INSERT INTO feedback
(
    project_id, identifier, name, time, label, annotator_kind, metadata, conversation_id, trace_id, span_id, message_id
)
SELECT
    1,
    concat('feedback-', toString(number)),
    'thumbs',
    fromUnixTimestamp64Nano({until_ns:Int64} - toInt64({total:UInt64} - number) * 1000000000 + 2000000000),
    if(cityHash64(number, 'way') % 3 = 0, 'down', 'up'),
    'HUMAN',
    '{}',
    concat('conversation-', toString(intDiv(number, 4))),
    lower(hex(sipHash128(number))),
    lower(hex(sipHash64(number))),
    ''
FROM numbers({first:UInt64}, {count:UInt64})
WHERE cityHash64(number, 'thumb') % 10 < 3
