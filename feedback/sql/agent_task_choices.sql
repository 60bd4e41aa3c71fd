-- What the selectors of the list of tasks offer: values that occur, the most frequent first, and whether
-- machines led any conversation.
SELECT
    topKIf(50)(environment, environment != '') AS environments,
    topKIf(50)(service_name, service_name != '') AS services,
    topKArrayIf(50)(models, notEmpty(models)) AS models,
    count() AS tasks,
    (SELECT count() FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != '') AS machines
FROM agent_tasks FINAL
WHERE project_id = {project_id:UInt32}
