-- Of conversations in which it was decided whether to ask: whether somebody was asked, and with which probability that
-- was to happen, over all decisions until then.
SELECT
    conversation_id,
    max(asked) AS is_asked,
    1 - exp(sum(log(1 - least(propensity, 0.999999)))) AS propensity
FROM asks FINAL
WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
GROUP BY conversation_id
