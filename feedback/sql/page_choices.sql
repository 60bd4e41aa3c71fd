-- What the selectors offer: values that occur, the most frequent first.
SELECT
    topKIf(50)(environment, environment != '') AS environments,
    topKIf(50)(service_name, service_name != '') AS services,
    topKArrayIf(50)(models, notEmpty(models)) AS models,
    count() AS conversations,
    toUnixTimestamp64Nano(max(first_time)) AS latest_ns
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
