-- One page of conversations, those that began last first: first only which, then whole. When one began does not change
-- as turns come to it, so none moves from one page to another.
WITH page AS
(
    SELECT conversation_id, toUnixTimestamp64Nano(first_time) AS first_time_ns
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND (first_time_ns, conversation_id) < ({before_ns:Int64}, {before_id:String})
        AND true /* filter */
    ORDER BY first_time_ns DESC, conversation_id DESC
    LIMIT {limit:UInt32}
)
SELECT conversation.*, signal.kinds AS signal_kinds
FROM
(
    SELECT
        conversation_id, derived, user_id, service_name, environment, tags, models, first_message, turn_count,
        generation_count, input_tokens, output_tokens, cost_usd, longest_ns, outcomes,
        error_count,
        toUnixTimestamp64Nano(first_time) AS first_time_ns,
        toUnixTimestamp64Nano(last_time) AS last_time_ns
    FROM conversations FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM page)
) AS conversation
LEFT JOIN
(
    SELECT conversation_id, arraySort(groupUniqArray(kind)) AS kinds
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM page)
        AND true /* stands */
    GROUP BY conversation_id
) AS signal ON signal.conversation_id = conversation.conversation_id
ORDER BY first_time_ns DESC, conversation_id DESC
