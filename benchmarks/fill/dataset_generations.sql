-- Model calls of conversations of four turns: each was sent everything that was said before.
INSERT INTO generations
(
    project_id, trace_id, span_id, conversation_id, user_id, provider, operation, request_model, response_model,
    system_instructions, input_messages, output_messages, user_text, tool_definitions, parameters,
    prompt_variables, metadata, start_time,
    duration_ns, outcome, convention, service_name, environment, version
)
WITH
    (SELECT groupArray(text) FROM sentences) AS texts,
    (salt, number, count) -> arrayStringConcat(
        arrayMap(i -> texts[1 + cityHash64(number, salt, i) % length(texts)], range(count)), ' ') AS tell,
    number -> concat(
        tell('in', number, 3),
        if(cityHash64(number, 'mail') % 10 = 0, concat(' Write to anna', toString(number), '@gmail.com.'), '')) AS ask
SELECT
    1,
    lower(hex(sipHash128(number))),
    lower(hex(sipHash64(number))),
    concat('conversation-', toString(intDiv(number, 4))),
    concat('user-', toString(cityHash64(intDiv(number, 4), 1) % 20000)),
    'example',
    'chat',
    concat('model-', toString(cityHash64(intDiv(number, 4)) % 5)),
    '',
    'You are the assistant of a shop. Be short and kind, and say so where you do not know.',
    concat('[', arrayStringConcat(arrayMap(turn -> concat(
        '{"role":"user","content":"', ask(number - number % 4 + turn), '"}',
        if(turn < number % 4,
            concat(',{"role":"assistant","content":"', tell('out', number - number % 4 + turn, 10), '"}'), '')),
        range(toUInt8(number % 4 + 1))), ','), ']'),
    concat('[{"role":"assistant","content":"', tell('out', number, 10), '"}]'),
    ask(number),
    '[]',
    '{}',
    '{}',
    '{}',
    fromUnixTimestamp64Nano({until_ns:Int64} - toInt64({total:UInt64} - number) * 1000000000),
    1000000000,
    'completed',
    'genai',
    'shop',
    'production',
    1
FROM numbers({first:UInt64}, {count:UInt64})
