-- Spans {first} to {first} + {count}: two a trace, each a model call with its texts as attributes.
INSERT INTO otel_traces
(
    project_id, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes,
    SpanAttributes, SpanAttributeTypes, Duration, StatusCode
)
WITH
    (SELECT groupArray(text) FROM sentences) AS texts,
    (salt, number, count) -> arrayStringConcat(
        arrayMap(i -> texts[1 + cityHash64(number, salt, i) % length(texts)], range(count)), ' ') AS tell,
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    fromUnixTimestamp64Nano(begin_ns(number)),
    lower(hex(sipHash128(intDiv(number, 2)))),
    lower(hex(sipHash64(number))),
    if(number % 2 = 0, '', lower(hex(sipHash64(number - 1)))),
    'chat',
    'Client',
    concat('service-', toString(cityHash64(intDiv(number, 8)) % 3)) AS service,
    map('service.name', service, 'tacit.project', '1'),
    map(
        'gen_ai.operation.name', 'chat',
        'gen_ai.provider.name', 'example',
        'gen_ai.request.model', concat('model-', toString(cityHash64(number) % 5)),
        'gen_ai.conversation.id', concat('conversation-', toString(intDiv(number, 8))),
        'user.id', concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)),
        'gen_ai.usage.input_tokens', toString(cityHash64(number, 2) % 2000),
        'gen_ai.usage.output_tokens', toString(cityHash64(number, 3) % 800),
        'gen_ai.input.messages', concat('[{"role":"user","parts":[{"type":"text","content":"', tell('in', number, 22), '"}]}]'),
        'gen_ai.output.messages', concat('[{"role":"assistant","parts":[{"type":"text","content":"', tell('out', number, 22), '"}]}]')
    ),
    map('gen_ai.usage.input_tokens', 'int', 'gen_ai.usage.output_tokens', 'int'),
    cityHash64(number, 4) % 8000000000,
    'Ok'
FROM numbers({first:UInt64}, {count:UInt64})
