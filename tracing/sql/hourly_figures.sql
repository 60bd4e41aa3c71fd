-- Model calls of each hour and model: how many, how they ended, their latency (quantiles are right to 1 %) and cost.
SELECT
    toUnixTimestamp(hour) AS hour_s,
    model,
    sum(hours.generations) AS generations,
    sum(hours.errors) AS errors,
    sum(hours.stopped) AS stopped,
    sum(hours.input_tokens) AS input_tokens,
    sum(hours.output_tokens) AS output_tokens,
    toFloat64(sum(toDecimal128(hours.cost_usd, 12))) AS cost_usd, -- exact, so that no order of adding shows
    quantilesDDMerge(0.01, 0.5, 0.95)(hours.duration_ms) AS duration_ms,
    quantilesDDMerge(0.01, 0.5, 0.95)(hours.first_chunk_ms) AS first_chunk_ms
FROM generation_hours AS hours FINAL
WHERE project_id = {project_id:UInt32}
    AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
    AND true /* filter */
GROUP BY hour, model
ORDER BY hour, model
