-- How many conversations match and what they cost.
SELECT count() AS total, toFloat64(sum(toDecimal128(cost, 12))) AS cost_usd -- exact, so that no order of adding shows
FROM
(
    SELECT cost_usd AS cost
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND true /* filter */
)
