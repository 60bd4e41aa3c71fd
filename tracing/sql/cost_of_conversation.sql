-- What the model calls of a conversation cost; NULL where no cost is known of any of them.
SELECT
    toFloat64(sum(toDecimal128(told.cost_usd, 12))) AS cost_usd, -- exact, so that no order of adding shows
    countIf(told.cost_usd IS NULL) AS unpriced,
    countIf(told.cost_reported) AS reported,
    count() AS calls
FROM generations AS told FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN (
    SELECT arrayJoin(answers.trace_id)
    FROM turns FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
)
WHERE conversation_id = {conversation_id:String}
