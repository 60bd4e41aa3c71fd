-- What a reviewer said of one in fifty of those conversations.
INSERT INTO labels (project_id, conversation_id, kind, verdict, said_by, version)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    'outcome',
    if(cityHash64(number, 'verdict') % 3 = 0, 'dissatisfied', 'satisfied'),
    'anna@example.org',
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0 AND cityHash64(number, 'label') % 50 = 0
