-- The latest conversations of known users that people led and that match: what stands of what was heard in each, how
-- likely its user was dissatisfied, how active they had been, when they began the next one (six hours after its end or
-- later), and when they next reached the goal, which is feedback of the name `goal`. 0 stands for never. `data_end_ns`
-- is when the last of all ended. One user in `one_in` is read, always the same ones.
WITH
(
    SELECT toUnixTimestamp64Nano(greatest(max(first_time), max(last_time)))
    FROM conversations -- also by older versions of one, which end no later
    WHERE project_id = {project_id:UInt32} AND user_id != ''
) AS data_end_ns,
led AS
(
    SELECT
        conversation_id,
        user_id,
        toUnixTimestamp64Nano(first_time) AS began_ns,
        greatest(toUnixTimestamp64Nano(last_time), began_ns) AS ended_ns
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND user_id != '' AND cityHash64(user_id) % {one_in:UInt32} = 0
        AND conversation_id NOT IN
        (
            SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
        )
),
read AS
(
    SELECT conversation_id FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND user_id != '' AND cityHash64(user_id) % {one_in:UInt32} = 0
        AND true /* filter */
),
told AS
(
    SELECT
        toUnixTimestamp64Nano(time) AS goal_ns,
        conversation_id AS named,
        arrayJoin([concat('c', conversation_id), concat('t', trace_id), concat('s', span_id), concat('m', message_id)]) AS key
    FROM feedback FINAL
    WHERE project_id = {project_id:UInt32} AND {goal:String} != '' AND name = {goal:String} AND length(key) > 1
),
goals AS
(
    SELECT DISTINCT owner.user_id AS user_id, told.goal_ns AS goal_ns
    FROM told
    INNER JOIN
    (
        SELECT user_id, concat('c', conversation_id) AS key FROM led WHERE {goal:String} != ''
        UNION ALL
        SELECT led.user_id AS user_id, call.key AS key
        FROM
        (
            SELECT
                conversation_id,
                arrayJoin([concat('t', trace_id), concat('s', span_id), concat('m', message_id)]) AS key
            FROM generations_by_time FINAL
            WHERE project_id = {project_id:UInt32} AND {goal:String} != '' AND conversation_id != '' AND key IN (SELECT key FROM told)
        ) AS call
        INNER JOIN (SELECT conversation_id, user_id FROM led WHERE {goal:String} != '') AS led
            ON led.conversation_id = call.conversation_id
    ) AS owner ON owner.key = told.key
),
heard AS
(
    SELECT
        conversation_id,
        groupUniqArray(concat(
            kind,
            if(kind IN ('thumbs', 'rating', 'sentiment', 'sentiment_shift', 'judgement', 'conversation_length') AND label != '',
                concat('/', label), '') -- what tells good from bad there
        )) AS kinds
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN read
        AND true /* stands */
    GROUP BY conversation_id
),
visits AS
(
    SELECT
        conversation_id,
        user_id,
        began_ns,
        ended_ns,
        ended_ns + 21600000000000 AS left_ns,
        row_number() OVER (PARTITION BY user_id ORDER BY began_ns, conversation_id) - 1 AS earlier,
        count() OVER (PARTITION BY user_id ORDER BY intDiv(began_ns, 1000000000) RANGE BETWEEN 2419200 PRECEDING AND CURRENT ROW) - 1 AS recent,
        lagInFrame(began_ns) OVER (PARTITION BY user_id ORDER BY began_ns, conversation_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS previous_ns
    FROM led
),
followed AS
(
    SELECT visits.*, later.next_ns AS next_ns
    FROM visits
    ASOF LEFT JOIN (SELECT user_id, began_ns AS next_ns FROM led) AS later
        ON later.user_id = visits.user_id AND later.next_ns >= visits.left_ns
)
SELECT
    followed.conversation_id AS conversation_id,
    followed.user_id AS user_id,
    followed.began_ns AS began_ns,
    followed.ended_ns AS ended_ns,
    data_end_ns,
    followed.earlier AS earlier,
    followed.recent AS recent,
    followed.previous_ns AS previous_ns,
    followed.next_ns AS next_ns,
    goals.goal_ns AS goal_ns,
    heard.kinds AS kinds,
    estimated.dissatisfied AS dissatisfied
FROM followed
ASOF LEFT JOIN goals ON goals.user_id = followed.user_id AND goals.goal_ns >= followed.began_ns
LEFT JOIN heard ON heard.conversation_id = followed.conversation_id
LEFT JOIN
(
    SELECT conversation_id, toNullable(probability) AS dissatisfied
    FROM estimates FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN read
) AS estimated ON estimated.conversation_id = followed.conversation_id
WHERE followed.conversation_id IN read
ORDER BY began_ns DESC, conversation_id
LIMIT {limit:UInt32}
