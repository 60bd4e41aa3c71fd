-- Mean log-probabilities of the tokens that each model of a service gave, of calls that began since.
SELECT
    service_name,
    if(response_model = '', request_model, response_model) AS model,
    count() AS count,
    quantilesExact(0.05, 0.5, 0.95)(assumeNotNull(logprob_mean)) AS quantiles
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE start_time >= fromUnixTimestamp64Nano({since_ns:Int64}) AND logprob_mean IS NOT NULL
GROUP BY service_name, model
HAVING count >= {enough:UInt32}
