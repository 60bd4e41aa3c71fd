-- What the days of a project were like, from a day until another (both included), by segment.
SELECT
    day, service_name, environment, prompt_version, model, conversations, metrics, counts, sums, squares,
    topic_counts, answer_counts, answer_sums, answer_squares, texts, features, topics_version
FROM drift_days FINAL
PREWHERE project_id = {project_id:UInt32} AND day >= {since:Date} AND day <= {until:Date}
ORDER BY day, service_name, environment, prompt_version, model
