-- Each way in which a span is counted: as a span, a model call, an answer, and in the hourly figures.
SELECT
    (SELECT count() FROM otel_traces FINAL WHERE project_id = {project_id:UInt32}) AS spans,
    (SELECT count() FROM generations FINAL WHERE project_id = {project_id:UInt32}) AS generations,
    (SELECT sum(input_tokens) FROM generations FINAL WHERE project_id = {project_id:UInt32}) AS tokens,
    (SELECT count() FROM conversations FINAL WHERE project_id = {project_id:UInt32}) AS conversations,
    (SELECT count() FROM turns FINAL WHERE project_id = {project_id:UInt32}) AS turns,
    (SELECT sum(generations) FROM generation_hours FINAL WHERE project_id = {project_id:UInt32}) AS hourly_generations,
    (SELECT sum(input_tokens) FROM generation_hours FINAL WHERE project_id = {project_id:UInt32}) AS hourly_tokens,
    -- in thousandths of a millionth of a US dollar
    (SELECT toUInt64(round(sum(cost_usd) * 1e9)) FROM generations FINAL WHERE project_id = {project_id:UInt32}) AS cost,
    (SELECT toUInt64(round(sum(cost_usd) * 1e9)) FROM conversations FINAL WHERE project_id = {project_id:UInt32}) AS conversations_cost,
    (SELECT toUInt64(round(sum(cost_usd) * 1e9)) FROM generation_hours FINAL WHERE project_id = {project_id:UInt32}) AS hourly_cost
