-- The model calls that those spans are.
INSERT INTO generations
(
    project_id, trace_id, span_id, conversation_id, user_id, provider, operation, request_model, response_model,
    input_messages, output_messages, user_text, tool_definitions, parameters, prompt_variables,
    metadata, input_tokens, output_tokens, cost_usd,
    start_time, duration_ns, time_to_first_chunk_ns, outcome, convention, service_name, environment, version
)
WITH
    (SELECT groupArray(text) FROM sentences) AS texts,
    (salt, number, count) -> arrayStringConcat(
        arrayMap(i -> texts[1 + cityHash64(number, salt, i) % length(texts)], range(count)), ' ') AS tell,
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    concat('conversation-', toString(intDiv(number, 8))),
    concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)),
    'example',
    'chat',
    concat('model-', toString(cityHash64(number) % 5)),
    '',
    concat('[{"role":"user","content":"', tell('in', number, 22), '"}]'),
    concat('[{"role":"assistant","content":"', tell('out', number, 22), '"}]'),
    tell('in', number, 22),
    '[]',
    '{}',
    '{}',
    '{}',
    cityHash64(number, 2) % 2000,
    cityHash64(number, 3) % 800,
    (cityHash64(number, 3) % 800) / 1e5,
    fromUnixTimestamp64Nano(begin_ns(number)),
    cityHash64(number, 4) % 8000000000,
    cityHash64(number, 5) % 900000000,
    if(cityHash64(number, 6) % 50 = 0, 'error', 'completed'),
    'genai',
    concat('service-', toString(cityHash64(intDiv(number, 8)) % 3)),
    if(cityHash64(intDiv(number, 8), 7) % 10 = 0, 'test', 'production'),
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
