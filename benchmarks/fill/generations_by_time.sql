-- The same model calls in the order of time.
INSERT INTO generations_by_time
(
    project_id, hour, trace_id, span_id, start_time, conversation_id, user_id, service_name, environment, operation,
    request_model, response_model, outcome, input_tokens, output_tokens, cost_usd, duration_ns, time_to_first_chunk_ns,
    version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    toStartOfHour(fromUnixTimestamp64Nano(begin_ns(number))),
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    fromUnixTimestamp64Nano(begin_ns(number)),
    concat('conversation-', toString(intDiv(number, 8))),
    concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)),
    concat('service-', toString(cityHash64(intDiv(number, 8)) % 3)),
    if(cityHash64(intDiv(number, 8), 7) % 10 = 0, 'test', 'production'),
    'chat',
    concat('model-', toString(cityHash64(number) % 5)),
    '',
    if(cityHash64(number, 6) % 50 = 0, 'error', 'completed'),
    cityHash64(number, 2) % 2000,
    cityHash64(number, 3) % 800,
    (cityHash64(number, 3) % 800) / 1e5,
    cityHash64(number, 4) % 8000000000,
    cityHash64(number, 5) % 900000000,
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
