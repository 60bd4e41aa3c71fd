-- What reviewers settled of one in two hundred of those conversations.
INSERT INTO settled_reviews
(
    project_id, question, conversation_id, turn_index, queue, answer_turn, choices, better_answer, said_by,
    is_adjudicated, reason, propensity, version
)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    'outcome',
    concat('conversation-', toString(intDiv(number, 8))),
    0,
    {queue:UInt32},
    0,
    [if(cityHash64(number, 'verdict') % 3 = 0, 'dissatisfied', 'satisfied')],
    '',
    ['anna@example.org'],
    0,
    'random',
    0.1,
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0 AND cityHash64(number, 'settled') % 200 = 0
