-- The models that answered calls since a moment, or were asked for where none is named, the most frequent first.
SELECT provider, if(response_model = '', request_model, response_model) AS model, count() AS calls
FROM generations_by_time FINAL
WHERE project_id = {project_id:UInt32}
    AND hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
    AND start_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND model != ''
GROUP BY provider, model
ORDER BY calls DESC, provider, model
LIMIT {limit:UInt32}
