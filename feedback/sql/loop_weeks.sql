-- By week and whether their users are held out (as `feedback/datasets/holdout.py` says): how many conversations of people
-- met a model, a prompt or a form of answer, and in how many of them something was praised, taken or shared. The item ''
-- is of all conversations. Weeks are counted from 1970 on, of seven days each.
WITH led AS
(
    SELECT
        conversation_id,
        models,
        intDiv(toUnixTimestamp64Nano(first_time), 604800000000000) AS week,
        reinterpretAsUInt64(substring(SHA256(concat(
            {secret:String},
            if(user_id != '', concat(' user ', user_id), concat(' conversation ', conversation_id))
        )), 1, 8)) < {below:UInt64} AS is_held_out
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND week >= {since_week:UInt32} AND week < {until_week:UInt32}
        AND conversation_id NOT IN
        (
            SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
        )
),
praised AS
(
    SELECT conversation_id
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND polarity = 1
        AND if(
            conversation_id IN (SELECT conversation_id FROM confirmations WHERE project_id = {project_id:UInt32}),
            (
                fired
                OR cityHash64(conversation_id, turn_index, kind, label, span_id) IN
                (
                    SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'confirmed'
                )
            )
            AND cityHash64(conversation_id, turn_index, kind, label, span_id) NOT IN
            (
                SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'rejected'
            ),
            fired -- as in most conversations, of whose signals nobody said anything
        )
),
met AS
(
    SELECT conversation_id, '' AS item FROM led
    UNION ALL
    SELECT conversation_id, concat('model ', arrayJoin(models)) AS item FROM led
    UNION ALL
    SELECT DISTINCT
        conversation_id,
        concat('prompt ', prompt_name, if(prompt_version = '', '', concat(', version ', prompt_version))) AS item
    FROM generations_by_time FINAL
    WHERE project_id = {project_id:UInt32} AND prompt_name != ''
        AND conversation_id IN (SELECT conversation_id FROM led)
    UNION ALL
    SELECT DISTINCT
        conversation_id,
        concat('answers with ', arrayJoin(arrayFilter((name, is_so) -> is_so,
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
        ))) AS item
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM led)
)
SELECT
    led.week AS week,
    led.is_held_out AS is_held_out,
    met.item AS item,
    count() AS exposed,
    countIf(met.conversation_id IN praised) AS praised
FROM met
INNER JOIN led ON led.conversation_id = met.conversation_id
GROUP BY week, is_held_out, item
ORDER BY item, week, is_held_out
