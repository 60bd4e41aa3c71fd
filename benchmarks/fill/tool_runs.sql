-- A run of a tool for one in five of those spans.
INSERT INTO tool_runs
(
    project_id, trace_id, span_id, parent_span_id, name, call_id, arguments, result, outcome, start_time, duration_ns,
    version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number, 'tool'))),
    lower(hex(sipHash64(number))),
    concat('tool_', toString(cityHash64(number, 'tool') % 40)),
    '',
    '{"order":"17"}',
    '{"state":"sent"}',
    if(cityHash64(number, 'failed') % 30 = 0, 'error', 'completed'),
    fromUnixTimestamp64Nano(begin_ns(number)),
    cityHash64(number, 4) % 1000000000,
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 5 = 0
