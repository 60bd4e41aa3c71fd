-- What the model calls of a conversation cost; NULL where no cost is known of any of them.
SELECT
    sum(cost_usd) AS cost_usd,
    countIf(cost_usd IS NULL) AS unpriced,
    countIf(cost_reported) AS reported,
    count() AS calls
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
WHERE conversation_id = {conversation_id:String}
