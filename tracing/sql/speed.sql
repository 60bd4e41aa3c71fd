-- How model calls of a period and of the one before went: how many, errors, cost, and how long they took, over each whole
-- period and for each slice of the later one. Quantiles are right to 1 %; what is not an answer in words is left out of times.
SELECT
    is_current,
    grouping(slice_s) = 0 AS is_slice,
    slice_s,
    sum(hours.generations) AS calls,
    sum(hours.errors) AS errors,
    sum(hours.generations - hours.priced) AS unpriced,
    toFloat64(sum(toDecimal128(hours.cost_usd, 12))) AS cost_usd, -- exact, so that no order of adding shows
    quantilesDDMergeIf(0.01, 0.5, 0.95, 0.99)(hours.duration_ms, is_answer) AS duration_ms,
    quantilesDDMergeIf(0.01, 0.5, 0.95, 0.99)(hours.first_chunk_ms, is_answer) AS first_chunk_ms,
    quantilesDDMergeIf(0.01, 0.5, 0.95, 0.99)(hours.token_ms, is_answer) AS token_ms,
    sumIf(hours.generations, is_answer) AS answers,
    if(is_slice, CAST(map(), 'Map(UInt16, UInt64)'), sumMapIf(hours.answered_by, is_answer)) AS answered_by
FROM
(
    SELECT
        *,
        hour >= toStartOfHour(fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC')) AS is_current,
        if(is_current, intDiv(toUnixTimestamp(hour), {step_s:UInt32}) * {step_s:UInt32}, 0) AS slice_s,
        operation NOT IN ('embeddings', 'rerank', 'retrieval') AS is_answer
    FROM generation_hours FINAL
    WHERE project_id = {project_id:UInt32}
        AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
        AND true /* filter */
) AS hours
GROUP BY GROUPING SETS ((is_current), (is_current, slice_s))
HAVING is_current OR NOT is_slice
ORDER BY is_current, slice_s
