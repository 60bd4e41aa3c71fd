-- The tools that the tasks of agents that match used, the most used first.
SELECT name, count() AS tasks, sum(uses) AS uses, sum(failures) AS failures
FROM
(
    SELECT tools.name AS names, tools.uses AS all_uses, tools.failures AS all_failures
    FROM agent_tasks FINAL
    WHERE project_id = {project_id:UInt32} AND notEmpty(tools.name) AND true /* filter */
)
ARRAY JOIN names AS name, all_uses AS uses, all_failures AS failures
GROUP BY name
ORDER BY uses DESC, name
LIMIT {limit:UInt32}
