-- The same of conversations that match a filter, all segments together, metric by metric; `conversations` is of the day.
WITH
    matching AS
    (
        SELECT conversation_id
        FROM conversations FINAL
        WHERE project_id = {project_id:UInt32} AND true /* filter */
    ),
    observed AS
    (
        SELECT day, metrics, counts, sums, squares, language
        FROM observations FINAL
        WHERE project_id = {project_id:UInt32} AND day >= {since:Date} AND day <= {until:Date}
            AND conversation_id IN matching
    )
SELECT day, metric, toFloat64(sum(number)) AS count, sum(total) AS sum, sum(square) AS squares
FROM
(
    SELECT day, metric, number, total, square
    FROM observed
    ARRAY JOIN metrics AS metric, counts AS number, sums AS total, squares AS square
    UNION ALL
    SELECT day, 'conversations', 1, 0, 0 FROM observed
    UNION ALL
    SELECT day, 'other_languages', 1, language != {language:String}, 0
    FROM observed
    WHERE language != '' AND {language:String} != ''
)
GROUP BY day, metric
ORDER BY day, metric
