-- Two months of days in six segments, each with three prompts and five models.
INSERT INTO drift_days
(
    project_id, day, service_name, environment, prompt_version, model, conversations, metrics, counts, sums, squares,
    texts, version
)
WITH
    arrayMap(i -> (cityHash64(number, i) % 1000) / 10, range(length({metrics:Array(String)}))) AS measured
SELECT
    {project_id:UInt32},
    toDate(fromUnixTimestamp64Nano({until_ns:Int64})) - 1 - intDiv(number, 90),
    concat('service-', toString(number % 3)),
    if(intDiv(number, 3) % 2 = 0, 'test', 'production'),
    concat('v', toString(intDiv(number, 6) % 3)),
    concat('model-', toString(intDiv(number, 18) % 5)),
    100,
    {metrics:Array(String)},
    arrayMap(x -> 100, measured),
    measured,
    measured,
    100,
    intDiv({until_ns:Int64}, 1000)
FROM numbers(60 * 90)
