-- What the tasks of agents that match took: how many, how many failed, median and 95th percentile of each measure.
SELECT
    count() AS tasks,
    countIf(failed) AS failed_tasks,
    sum(tool_uses) AS uses,
    quantilesExact(0.5, 0.95)(steps) AS steps_quantiles,
    quantilesExact(0.5, 0.95)(duration_ns) AS duration_quantiles_ns,
    count(cost_usd) AS priced_tasks,
    quantilesExact(0.5, 0.95)(cost_usd) AS cost_quantiles_usd,
    toFloat64(sum(toDecimal128(cost_usd, 12))) AS total_cost_usd -- exact, so that no order of adding shows
FROM agent_tasks FINAL
WHERE project_id = {project_id:UInt32} AND true /* filter */
