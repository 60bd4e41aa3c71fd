-- What an alert rule watches of model calls, by window and group; windows as in measure_conversations.sql. `measure` is
-- calls, errors, cost_usd, tokens, latency_ms or first_chunk_ms. Quantiles are right to 1 %.
SELECT
    arrayJoin(range(toUInt32(greatest(slice - {overlap:Int64} + 1, 0)), toUInt32(least(slice, {last:Int64}) + 1))) AS place,
    name,
    sum(slices.whole) AS whole,
    sum(slices.part) AS part,
    quantilesDDMerge(0.01, 0.5, 0.95)(slices.spread) AS quantiles
FROM
(
    SELECT
        slice,
        name,
        count(value) AS whole,
        ifNull(sum(value), 0) AS part,
        quantilesDDStateIf(0.01, 0.5, 0.95)(
            ifNull(value, 0), {measure:String} IN ('latency_ms', 'first_chunk_ms') AND value IS NOT NULL
        ) AS spread
    FROM
    (
        SELECT
            intDiv({until_ns:Int64} - 1 - toUnixTimestamp64Nano(start_time), {step_ns:Int64}) AS slice,
            multiIf(
                {group_by:String} = 'service', toString(service_name),
                {group_by:String} = 'environment', toString(environment),
                {group_by:String} = 'model', toString(if(response_model = '', request_model, response_model)),
                {group_by:String} = 'prompt_version', toString(prompt_version),
                ''
            ) AS name,
            multiIf(
                {measure:String} = 'errors', toFloat64(outcome = 'error'),
                {measure:String} = 'cost_usd', cost_usd,
                {measure:String} = 'tokens', toFloat64(coalesce(input_tokens + output_tokens, input_tokens, output_tokens)),
                {measure:String} = 'latency_ms', duration_ns / 1e6,
                {measure:String} = 'first_chunk_ms', time_to_first_chunk_ns / 1e6,
                1
            ) AS value
        FROM generations_by_time FINAL
        WHERE project_id = {project_id:UInt32}
            AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
            AND start_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND start_time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
            AND true /* filter */
    )
    GROUP BY slice, name
) AS slices
GROUP BY place, name
ORDER BY name, place
