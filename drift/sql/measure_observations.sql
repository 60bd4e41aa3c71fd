-- What an alert rule watches of a metric of drift, by window and group; windows as in measure_conversations.sql. The
-- filter is asked of conversations, and only where there is one.
SELECT
    arrayJoin(range(toUInt32(greatest(slice - {overlap:Int64} + 1, 0)), toUInt32(least(slice, {last:Int64}) + 1))) AS place,
    name,
    sum(slices.whole) AS whole,
    sum(slices.part) AS part
FROM
(
    SELECT
        intDiv({until_ns:Int64} - 1 - toUnixTimestamp64Nano(time), {step_ns:Int64}) AS slice,
        multiIf(
            {group_by:String} = 'service', toString(service_name),
            {group_by:String} = 'environment', toString(environment),
            {group_by:String} = 'model', toString(model),
            {group_by:String} = 'prompt_version', toString(prompt_version),
            ''
        ) AS name,
        sum(toFloat64(counts[indexOf(metrics, {metric:String})])) AS whole,
        sum(sums[indexOf(metrics, {metric:String})]) AS part
    FROM observations FINAL
    WHERE project_id = {project_id:UInt32}
        AND day >= toDate(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
        AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        AND has(metrics, {metric:String})
        AND (NOT {is_filtered:Bool} OR conversation_id IN
        (
            SELECT conversation_id FROM conversations FINAL
            WHERE project_id = {project_id:UInt32} AND {is_filtered:Bool}
                AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC') AND true /* filter */
        ))
    GROUP BY slice, name
) AS slices
GROUP BY place, name
ORDER BY name, place
