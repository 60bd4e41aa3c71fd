-- By what the given turns (one of each conversation) may be told apart: the model, the place, the prompt and what the app
-- told of the call, tools that were used, whether texts were looked up, and whether the user was there before. A text is
-- said to have come with the message where what was sent is much longer than what the user typed.
WITH told AS
(
    SELECT
        conversation_id,
        answers.trace_id[-1] AS trace_id,
        answers.generation_span_ids[-1] AS span_ids,
        answers.model[-1] AS model,
        answers.service_name[-1] AS service,
        answers.environment[-1] AS environment,
        answers.tags[-1] AS tags,
        answers.user_id[-1] AS user_id,
        start_time,
        substringUTF8(user_text, 1, 600) AS request,
        length(sent_text) > length(user_text) + 200 AS came_with_text
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
        AND turn_index = {turn_indexes:Array(UInt32)}[indexOf({conversation_ids:Array(String)}, conversation_id)]
)
SELECT
    told.conversation_id AS conversation_id,
    told.model AS model,
    told.service AS service,
    told.environment AS environment,
    told.tags AS tags,
    told.request AS request,
    told.came_with_text AS came_with_text,
    called.prompt AS prompt,
    called.metadata AS metadata,
    task.tools AS tools,
    run.lookups AS lookups,
    run.found AS found,
    told.user_id AS user_id,
    told.user_id != '' AND user.first_time < conversation.first_time AS is_returning
FROM told
LEFT JOIN
(
    SELECT
        key.conversation_id AS conversation_id,
        anyLastIf(if(call.prompt_version = '', call.prompt_name, concat(call.prompt_name, ':', call.prompt_version)),
            call.prompt_name != '' OR call.prompt_version != '') AS prompt,
        anyLastIf(JSONExtractKeysAndValues(call.metadata, 'String'), call.metadata NOT IN ('', '{}')) AS metadata
    FROM (SELECT conversation_id, trace_id, arrayJoin(span_ids) AS span_id FROM told) AS key
    INNER JOIN
    (
        SELECT trace_id, span_id, prompt_name, prompt_version, metadata
        FROM generations FINAL
        WHERE project_id = {project_id:UInt32}
            AND (trace_id, span_id) IN (SELECT trace_id, arrayJoin(span_ids) FROM told)
    ) AS call ON call.trace_id = key.trace_id AND call.span_id = key.span_id
    GROUP BY key.conversation_id
) AS called ON called.conversation_id = told.conversation_id
LEFT JOIN
(
    SELECT conversation_id, groupUniqArrayArray(tools.name) AS tools
    FROM agent_tasks FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
        AND turn_index = {turn_indexes:Array(UInt32)}[indexOf({conversation_ids:Array(String)}, conversation_id)]
    GROUP BY conversation_id
) AS task ON task.conversation_id = told.conversation_id
LEFT JOIN
(
    SELECT trace_id, count() AS lookups, countIf(length(result) > 4) AS found
    FROM tool_runs FINAL
    WHERE project_id = {project_id:UInt32} AND trace_id IN (SELECT trace_id FROM told)
        AND match(name, '(?i)retriev|search|rerank|vector|lookup|look_up|knowledge')
    GROUP BY trace_id
) AS run ON run.trace_id = told.trace_id
LEFT JOIN
(
    SELECT conversation_id, first_time
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
) AS conversation ON conversation.conversation_id = told.conversation_id
LEFT JOIN
(
    SELECT user_id, min(first_time) AS first_time
    FROM conversations -- older versions of one begin no earlier
    WHERE project_id = {project_id:UInt32} AND user_id != '' AND user_id IN (SELECT user_id FROM told)
    GROUP BY user_id
) AS user ON user.user_id = told.user_id
