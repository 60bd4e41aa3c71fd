-- How model calls of a period and of the one before went: how many, errors, cost, and how long they took, over each whole
-- period and for each slice of the later one. Quantiles are right to 1 %; what is not an answer in words is left out of times.
SELECT
    is_current,
    grouping(slice_s) = 0 AS is_slice,
    slice_s,
    sum(slices.calls) AS calls,
    sum(slices.errors) AS errors,
    sum(slices.unpriced) AS unpriced,
    toFloat64(sum(slices.cost)) AS cost_usd, -- exact, so that no order of adding shows
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(slices.duration) AS duration_ms,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(slices.first_chunk) AS first_chunk_ms,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(slices.token) AS token_ms,
    sum(slices.answers) AS answers,
    if(is_slice, CAST(map(), 'Map(UInt16, UInt64)'), sumMap(slices.answered_by)) AS answered_by
FROM
(
    -- first of each slice, so that the sketches of an hour are read once, and the periods are of few
    SELECT
        hour >= toStartOfHour(fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC')) AS is_current,
        if(is_current, intDiv(toUnixTimestamp(hour), {step_s:UInt32}) * {step_s:UInt32}, 0) AS slice_s,
        operation NOT IN ('embeddings', 'rerank', 'retrieval') AS is_answer,
        sum(hours.generations) AS calls,
        sum(hours.errors) AS errors,
        sum(hours.generations - hours.priced) AS unpriced,
        sum(toDecimal128(hours.cost_usd, 12)) AS cost,
        quantilesDDMergeStateIf(0.01, 0.5, 0.95)(hours.duration_ms, is_answer) AS duration,
        quantilesDDMergeStateIf(0.01, 0.5, 0.95)(hours.first_chunk_ms, is_answer) AS first_chunk,
        quantilesDDMergeStateIf(0.01, 0.5, 0.95)(hours.token_ms, is_answer) AS token,
        sumIf(hours.generations, is_answer) AS answers,
        sumMapIf(hours.answered_by, is_answer) AS answered_by
    FROM generation_hours AS hours FINAL
    WHERE project_id = {project_id:UInt32}
        AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
        AND true /* filter */
    GROUP BY is_current, slice_s, is_answer
) AS slices
GROUP BY GROUPING SETS ((is_current), (is_current, slice_s))
HAVING is_current OR NOT is_slice
ORDER BY is_current, slice_s
