-- How likely the users of those conversations were dissatisfied, but of those that a machine led.
INSERT INTO estimates
(
    project_id, conversation_id, probability, low, high, reasons.name, reasons.log_odds, basis, told_version, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    (cityHash64(intDiv(number, 8), 12) % 1000000) / 1e6 AS probability,
    probability / 2,
    (1 + probability) / 2,
    ['complaint', 'thumbs', 'rephrase'],
    [1.5, -0.5, 0.25],
    '0123456789abcdef',
    intDiv(begin_ns(number), 1000),
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0 AND cityHash64(intDiv(number, 8), 11) % 10 != 0
