-- What was measured of those conversations, but of those that a machine led.
INSERT INTO observations
(
    project_id, day, conversation_id, time, service_name, environment, prompt_version, model, language, metrics, counts,
    sums, squares, vector, text_hash, told, code_version, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns,
    arrayMap(i -> (cityHash64(number, i) % 1000) / 1000, range(length({metrics:Array(String)}))) AS measured
SELECT
    {project_id:UInt32},
    toDate(fromUnixTimestamp64Nano(begin_ns(number))),
    concat('conversation-', toString(intDiv(number, 8))),
    fromUnixTimestamp64Nano(begin_ns(number)),
    concat('service-', toString(cityHash64(intDiv(number, 8)) % 3)),
    if(cityHash64(intDiv(number, 8), 7) % 10 = 0, 'test', 'production'),
    concat('v', toString(cityHash64(intDiv(number, 8), 15) % 3)),
    concat('model-', toString(cityHash64(number) % 5)),
    'en',
    {metrics:Array(String)},
    arrayMap(x -> 1, measured),
    measured,
    arrayMap(x -> x * x, measured),
    repeat(lower(hex(sipHash64(number))), 24),
    number,
    number,
    '1',
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0 AND cityHash64(intDiv(number, 8), 11) % 10 != 0
