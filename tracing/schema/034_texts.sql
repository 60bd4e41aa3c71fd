-- What form an answer has was told when its turn was written; that stays when the answer's text goes. So it is a default,
-- which is computed once, and not `MATERIALIZED`, which is computed again whenever the text changes.
ALTER TABLE turns MODIFY COLUMN answer_forms Array(LowCardinality(String)) DEFAULT arrayFilter(
    (name, is_so) -> is_so,
    ['a list', 'a table', 'code', 'headings', 'emoji', 'a question at the end', 'over 2,000 characters'],
    [
        match(answers.text[-1], '(?m)^\\s*([-*•]|\\d{1,2}[.)])\\s+\\S'),
        match(answers.text[-1], '(?m)^\\s*\\|.*\\|\\s*$'),
        position(answers.text[-1], '```') > 0,
        match(answers.text[-1], '(?m)^#{1,6} '),
        match(answers.text[-1], '[\\x{1F300}-\\x{1FAFF}\\x{2600}-\\x{27BF}]'),
        match(answers.text[-1], '[?？؟]\\s*$'),
        lengthUTF8(answers.text[-1]) > 2000
    ]
);

-- A message whose text went after some hours opens nothing alike: of all such only their lengths are known.
ALTER TABLE openings_of_conversations MODIFY QUERY
SELECT
    project_id,
    reinterpretAsUInt64(substring(MD5(replaceRegexpAll(lower(trimBoth(first_message)), '[0-9]+', '0')), 1, 8)) AS opening,
    conversation_id,
    service_name,
    user_id,
    first_time,
    version,
    expires_at
FROM conversations
WHERE is_deleted = 0 AND first_message != ''
    AND NOT match(first_message, concat(char(239, 183, 144), '[0-9]+', char(239, 183, 145)))
