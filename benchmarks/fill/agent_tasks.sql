-- A task for each of those turns: up to twelve tools of forty, the first ones used most, one use in thirty failed.
INSERT INTO agent_tasks
(
    project_id, conversation_id, turn_index, trace_id, span_id, request, user_id, service_name, environment, models,
    steps, tools.name, tools.uses, tools.failures, tool_uses, tool_failures, failed, outcome, input_tokens,
    output_tokens, cost_usd, start_time, duration_ns, version
)
WITH
    (SELECT groupArray(text) FROM sentences) AS texts,
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns,
    arrayDistinct(arrayMap(
        i -> least(cityHash64(number, 'a', i) % 40, cityHash64(number, 'b', i) % 40), range(1 + cityHash64(number, 11) % 12)
    )) AS used
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    intDiv(number % 8, 2),
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    texts[1 + cityHash64(number, 'in', 0) % length(texts)],
    concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)),
    concat('service-', toString(cityHash64(intDiv(number, 8)) % 3)),
    if(cityHash64(intDiv(number, 8), 7) % 10 = 0, 'test', 'production'),
    [concat('model-', toString(cityHash64(number) % 5))],
    1 + length(used) + cityHash64(number, 12) % 3,
    arrayMap(i -> concat('tool_', toString(i)), used),
    arrayMap(i -> 1 + cityHash64(number, 13, i) % 3, used) AS uses,
    arrayMap(i -> toUInt64(cityHash64(number, 14, i) % 30 = 0), used) AS failures,
    arraySum(uses),
    arraySum(failures),
    arraySum(failures) > 0 AND cityHash64(number, 15) % 2 = 0,
    if(cityHash64(number, 6) % 50 = 0, 'error', 'completed'),
    cityHash64(number, 2) % 20000,
    cityHash64(number, 3) % 8000,
    if(cityHash64(number) % 5 = 4, NULL, (cityHash64(number, 3) % 8000) / 1e5),
    fromUnixTimestamp64Nano(begin_ns(number)),
    1000000000 + cityHash64(number, 4) % 80000000000,
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 2 = 0
