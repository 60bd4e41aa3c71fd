-- A conversation for every eight of those spans, with the words of its turns.
INSERT INTO conversations
(
    project_id, conversation_id, user_id, service_name, environment, models, first_message, first_time, last_time,
    turn_count, generation_count, input_tokens, output_tokens, cost_usd, longest_ns, outcomes, words, version
)
WITH
    (SELECT groupArray(text) FROM sentences) AS texts,
    (SELECT groupArray(words) FROM sentences) AS words_of,
    (salt, number) -> arrayFlatten(
        arrayMap(i -> words_of[1 + cityHash64(number, salt, i) % length(words_of)], range(22))) AS hear,
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    concat('user-', toString(cityHash64(intDiv(number, 8), 1) % 1000)),
    concat('service-', toString(cityHash64(intDiv(number, 8)) % 3)),
    if(cityHash64(intDiv(number, 8), 7) % 10 = 0, 'test', 'production'),
    [concat('model-', toString(cityHash64(number) % 5))],
    texts[1 + cityHash64(number, 'in', 0) % length(texts)],
    fromUnixTimestamp64Nano(begin_ns(number)),
    fromUnixTimestamp64Nano(begin_ns(number + 7)),
    4,
    8,
    cityHash64(number, 2) % 2000,
    cityHash64(number, 3) % 800,
    (cityHash64(number, 3) % 800) / 1e5,
    cityHash64(number, 4) % 8000000000,
    if(cityHash64(number, 6) % 50 = 0, ['completed', 'error'], ['completed']),
    arrayFlatten(arrayMap(turn -> arrayConcat(hear('in', number + 2 * turn), hear('out', number + 2 * turn)), range(4))),
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0
