-- What the calls of each model cost since a moment, and in the time before it that is as long; the dearest first.
SELECT
    model,
    sumIf(hours.generations, is_current) AS calls,
    sumIf(hours.generations - hours.priced, is_current) AS unpriced,
    sumIf(hours.input_tokens, is_current) AS input_tokens,
    sumIf(hours.output_tokens, is_current) AS output_tokens,
    toFloat64(sumIf(toDecimal128(hours.cost_usd, 12), is_current)) AS cost_usd, -- exact, so that no order of adding shows
    toFloat64(sumIf(toDecimal128(hours.cost_usd, 12), NOT is_current)) AS cost_before_usd
FROM
(
    SELECT *, hour >= toStartOfHour(fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC')) AS is_current
    FROM generation_hours FINAL
    WHERE project_id = {project_id:UInt32}
        AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
        AND true /* filter */
) AS hours
GROUP BY model
ORDER BY cost_usd DESC NULLS LAST, calls DESC, model
