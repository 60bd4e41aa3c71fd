-- A turn for every second of those spans: the message of the first, the answer of both.
INSERT INTO turns
(
    project_id, conversation_id, turn_index, user_text, answers.trace_id, answers.span_id, answers.text,
    answers.outcome, answers.ended_by, answers.start_time, answers.duration_ns, answers.time_to_first_chunk_ns,
    answers.model, answers.error_type, answers.message_id, answers.finish_reasons, answers.input_tokens,
    answers.output_tokens, answers.generation_span_ids, answers.history_hash, start_time, version
)
WITH
    (SELECT groupArray(text) FROM sentences) AS texts,
    (salt, number, count) -> arrayStringConcat(
        arrayMap(i -> texts[1 + cityHash64(number, salt, i) % length(texts)], range(count)), ' ') AS tell,
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    intDiv(number % 8, 2),
    tell('in', number, 22),
    [lower(hex(sipHash128(intDiv(number, 2))))],
    [lower(hex(sipHash64(number)))],
    [tell('out', number, 22)],
    [if(cityHash64(number, 6) % 50 = 0, 'error', 'completed')],
    [''],
    [fromUnixTimestamp64Nano(begin_ns(number))],
    [cityHash64(number, 4) % 8000000000],
    [cityHash64(number, 5) % 900000000],
    [concat('model-', toString(cityHash64(number) % 5))],
    [''],
    [''],
    [['stop']],
    [cityHash64(number, 2) % 2000],
    [cityHash64(number, 3) % 800],
    [[lower(hex(sipHash64(number))), lower(hex(sipHash64(number + 1)))]],
    [''],
    fromUnixTimestamp64Nano(begin_ns(number)),
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 2 = 0
