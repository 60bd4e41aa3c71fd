-- Four signals of each of those conversations, half of them fired.
INSERT INTO signals
(
    project_id, conversation_id, turn_index, kind, score, confidence, fired, polarity, span_id, evidence, detector, time,
    version
)
SELECT
    1,
    concat('conversation-', toString(intDiv(number, 4))),
    number % 4,
    ['complaint', 'copy', 'sentiment', 'rephrase'][1 + number % 4] AS kind,
    (cityHash64(number) % 100) / 100 AS score,
    0.8,
    score >= 0.5,
    [-1, 1, 1, -1][1 + number % 4],
    lower(hex(sipHash64(number))),
    '{"reason": "as it was said"}',
    kind,
    fromUnixTimestamp64Micro({now_us:Int64} - toInt64(number)),
    {now_us:Int64}
FROM numbers(4 * {first:UInt64}, 4 * {count:UInt64})
