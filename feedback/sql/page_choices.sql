-- What the selectors offer: values that occur, the most frequent first, with their numbers of conversations; 0 where there
-- are too many values to count each.
WITH
    topKIf(50, 3, 'counts')(environment, environment != '') AS top_environments,
    topKIf(50, 3, 'counts')(service_name, service_name != '') AS top_services,
    topKArrayIf(50, 3, 'counts')(models, notEmpty(models)) AS top_models,
    topKArrayIf(50, 3, 'counts')(outcomes, notEmpty(outcomes)) AS top_outcomes
SELECT
    arrayMap(each -> each.1, top_environments) AS environments,
    arrayMap(each -> each.1, top_services) AS services,
    arrayMap(each -> each.1, top_models) AS models,
    arrayMap(each -> each.1, top_outcomes) AS outcomes,
    arrayMap(each -> if(each.3 = 0, each.2, 0), top_environments) AS environment_counts,
    arrayMap(each -> if(each.3 = 0, each.2, 0), top_services) AS service_counts,
    arrayMap(each -> if(each.3 = 0, each.2, 0), top_models) AS model_counts,
    arrayMap(each -> if(each.3 = 0, each.2, 0), top_outcomes) AS outcome_counts,
    (
        -- without FINAL, and so quick: a kind that was once taken for one may stand among them
        SELECT groupUniqArray(machine) FROM hearings WHERE project_id = {project_id:UInt32} AND machine != ''
    ) AS machines,
    count() AS conversations,
    toUnixTimestamp64Nano(max(first_time)) AS latest_ns
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
