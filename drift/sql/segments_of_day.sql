-- Segments that a day has rows of.
SELECT service_name, environment, prompt_version, model
FROM drift_days FINAL
PREWHERE project_id = {project_id:UInt32} AND day = {day:Date}
