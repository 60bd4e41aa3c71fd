-- How long complete answers of each service and model take, in seconds, of turns that began since.
SELECT service_name, model, count() AS count, quantilesExact(0.05, 0.5, 0.95)(duration_ns / 1e9) AS quantiles
FROM
(
    SELECT answers.service_name AS service_name, answers.model AS model, answers.duration_ns AS duration_ns
    FROM turns FINAL
    ARRAY JOIN answers
    PREWHERE project_id = {project_id:UInt32}
    WHERE start_time >= fromUnixTimestamp64Nano({since_ns:Int64}) AND answers.outcome = 'completed'
)
GROUP BY service_name, model
HAVING count >= {enough:UInt32}
