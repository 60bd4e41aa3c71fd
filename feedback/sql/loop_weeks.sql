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
        AND true /* stands */
)
SELECT
    led.week AS week,
    led.is_held_out AS is_held_out,
    arrayJoin(arrayConcat([''], arrayMap(model -> concat('model ', model), led.models), called.prompts, answered.forms)) AS item,
    count() AS exposed,
    countIf(led.conversation_id IN praised) AS praised
FROM led
LEFT JOIN
(
    SELECT
        conversation_id,
        groupUniqArray(concat(
            'prompt ', prompt_name, if(prompt_version = '', '', concat(', version ', prompt_version))
        )) AS prompts
    FROM generations_by_time FINAL
    WHERE project_id = {project_id:UInt32} AND prompt_name != '' AND hour >= toDateTime({since_week:UInt32} * 604800, 'UTC')
    GROUP BY conversation_id
) AS called ON called.conversation_id = led.conversation_id
LEFT JOIN
(
    SELECT conversation_id, arrayMap(form -> concat('answers with ', form), groupUniqArrayArray(answer_forms)) AS forms
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND start_time >= toDateTime64({since_week:UInt32} * 604800, 9, 'UTC')
    GROUP BY conversation_id
) AS answered ON answered.conversation_id = led.conversation_id
GROUP BY week, is_held_out, item
ORDER BY item, week, is_held_out
