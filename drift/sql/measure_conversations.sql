-- What an alert rule watches of conversations, by window and group. Windows end every `step_ns` back from `until_ns` and
-- are `overlap` steps long; `place` counts them, 0 the latest. Each step is summed once, then added to its windows.
-- `measure` is conversations, cost_usd, dissatisfied, or signal with its `kind`; what has no value is not counted.
SELECT
    arrayJoin(range(toUInt32(greatest(slice - {overlap:Int64} + 1, 0)), toUInt32(least(slice, {last:Int64}) + 1))) AS place,
    name,
    sum(slices.whole) AS whole,
    sum(slices.part) AS part
FROM
(
    SELECT slice, name, count(value) AS whole, ifNull(sum(value), 0) AS part
    FROM
    (
        SELECT
            slice,
            arrayJoin(multiIf(
                {group_by:String} = 'service', [service],
                {group_by:String} = 'environment', [environment],
                {group_by:String} = 'model', models,
                {group_by:String} = 'prompt_version', if(empty(versions), [''], versions),
                ['']
            )) AS name,
            multiIf(
                {measure:String} = 'signal', toFloat64(id IN
                (
                    SELECT cityHash64(conversation_id) FROM signals FINAL
                    WHERE project_id = {project_id:UInt32} AND {measure:String} = 'signal' AND kind = {kind:String}
                        AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                        AND true /* stands */
                )),
                {measure:String} = 'dissatisfied', if(is_estimated, probability, NULL),
                {measure:String} = 'cost_usd', cost_usd,
                1
            ) AS value
        FROM
        (
            SELECT
                cityHash64(conversation_id) AS id,
                intDiv({until_ns:Int64} - 1 - toUnixTimestamp64Nano(first_time), {step_ns:Int64}) AS slice,
                toString(service_name) AS service,
                toString(conversations.environment) AS environment,
                if(empty(models), [''], arrayMap(each -> toString(each), models)) AS models,
                cost_usd
            FROM conversations FINAL
            WHERE project_id = {project_id:UInt32}
                AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                AND first_time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
                AND (NOT {of_people:Bool} OR conversation_id NOT IN
                (
                    SELECT conversation_id FROM hearings FINAL
                    WHERE project_id = {project_id:UInt32} AND {of_people:Bool} AND machine != ''
                ))
                AND true /* filter */
        ) AS begun
        ANY LEFT JOIN
        (
            SELECT cityHash64(conversation_id) AS id, probability, true AS is_estimated FROM estimates FINAL
            WHERE project_id = {project_id:UInt32} AND {measure:String} = 'dissatisfied'
        ) AS estimated USING (id)
        ANY LEFT JOIN
        (
            SELECT cityHash64(conversation_id) AS id, groupUniqArray(toString(prompt_version)) AS versions
            FROM generations_by_time FINAL
            WHERE project_id = {project_id:UInt32} AND {group_by:String} = 'prompt_version'
                AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
            GROUP BY id
        ) AS called USING (id)
    )
    GROUP BY slice, name
) AS slices
GROUP BY place, name
ORDER BY name, place
