-- What the model calls of a conversation cost; NULL where no cost is known of any of them.
SELECT
    sum(told.cost_usd) AS cost_usd,
    countIf(told.cost_usd IS NULL) AS unpriced,
    countIf(told.cost_reported) AS reported,
    count() AS calls
FROM generations AS told FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
WHERE conversation_id = {conversation_id:String}
