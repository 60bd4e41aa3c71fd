-- An estimate of each of those conversations.
INSERT INTO estimates
(
    project_id, conversation_id, probability, low, high, reasons.name, reasons.log_odds, is_fitted, basis, told_version,
    version, turn_count, high_unpraised
)
SELECT
    1,
    concat('conversation-', toString(number)),
    (cityHash64(number) % 100) / 200 AS middle,
    middle / 2,
    middle * 1.5,
    ['words', 'copy +', 'usual', 'not seen', 'said'],
    [1.0, -0.5, -2.0, 0.1, 0.0],
    true,
    'a digest of the model and of the fit',
    {now_us:Int64},
    {now_us:Int64},
    1 + number % 8,
    middle * 1.5
FROM numbers({first:UInt64}, {count:UInt64})
