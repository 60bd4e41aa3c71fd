-- What the selectors offer: values that occur, the most frequent first.
SELECT
    topKIf(50)(environment, environment != '') AS environments,
    topKIf(50)(service_name, service_name != '') AS services,
    topKArrayIf(50)(models, notEmpty(models)) AS models,
    (
        -- without FINAL, and so quick: a kind that was once taken for one may stand among them
        SELECT groupUniqArray(machine) FROM hearings WHERE project_id = {project_id:UInt32} AND machine != ''
    ) AS machines,
    count() AS conversations,
    toUnixTimestamp64Nano(max(first_time)) AS latest_ns
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
