-- What form the answer of a turn that stayed has, told when it is written: texts are long, and are asked of many weeks.
ALTER TABLE turns ADD COLUMN IF NOT EXISTS answer_forms Array(LowCardinality(String)) MATERIALIZED arrayFilter(
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
