-- What each metric sums up to on a day, by segment; '' has the conversations themselves. In other languages are those whose
-- language is known and not the project's most common one.
WITH observed AS
(
    SELECT service_name, environment, prompt_version, model, language, metrics, counts, sums, squares
    FROM observations FINAL
    WHERE project_id = {project_id:UInt32} AND day = {day:Date}
)
SELECT
    service_name, environment, prompt_version, model, metric,
    sum(number) AS count, sum(total) AS sum, sum(square) AS squares
FROM
(
    SELECT service_name, environment, prompt_version, model, metric, toFloat64(number) AS number, total, square
    FROM observed
    ARRAY JOIN metrics AS metric, counts AS number, sums AS total, squares AS square
    UNION ALL
    SELECT service_name, environment, prompt_version, model, '', 1.0, 0.0, 0.0 FROM observed
    UNION ALL
    SELECT
        service_name, environment, prompt_version, model, 'other_languages', 1.0,
        toFloat64(language != {language:String}), 0.0
    FROM observed
    WHERE language != '' AND {language:String} != ''
)
GROUP BY service_name, environment, prompt_version, model, metric
ORDER BY service_name, environment, prompt_version, model, metric
