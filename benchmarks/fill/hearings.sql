-- What was found of who led those conversations: a machine led one in ten.
INSERT INTO hearings (project_id, conversation_id, basis, machine, machine_score, machine_reason, version)
WITH
    span -> {until_ns:Int64} - toInt64(({spans:UInt64} - span) * {step_ns:UInt64}) AS begin_ns
SELECT
    {project_id:UInt32},
    concat('conversation-', toString(intDiv(number, 8))),
    '0123456789abcdef',
    if(cityHash64(intDiv(number, 8), 11) % 10 = 0, ['evaluation', 'schedule', 'monitor'][1 + number % 3], '') AS machine,
    if(machine = '', 0, 0.9),
    if(machine = '', '', 'made up for a benchmark'),
    intDiv(begin_ns(number), 1000)
FROM numbers({first:UInt64}, {count:UInt64})
WHERE number % 8 = 0
