-- The turns that those calls answer.
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
    number -> concat(
        tell('in', number, 3),
        if(cityHash64(number, 'mail') % 10 = 0, concat(' Write to anna', toString(number), '@gmail.com.'), '')) AS ask,
    fromUnixTimestamp64Nano({until_ns:Int64} - toInt64({total:UInt64} - number) * 1000000000) AS begin
SELECT
    1,
    concat('conversation-', toString(intDiv(number, 4))),
    number % 4,
    ask(number),
    [lower(hex(sipHash128(number)))],
    [lower(hex(sipHash64(number)))],
    [tell('out', number, 10)],
    ['completed'],
    [''],
    [begin],
    [1000000000],
    [NULL],
    [concat('model-', toString(cityHash64(intDiv(number, 4)) % 5))],
    [''],
    [''],
    [['stop']],
    [NULL],
    [NULL],
    [[lower(hex(sipHash64(number)))]],
    [''],
    begin,
    1
FROM numbers({first:UInt64}, {count:UInt64})
