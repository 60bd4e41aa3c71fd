-- When conversations opened with these words, by service and user: the latest twelve of each ten minutes, and how many
-- there were in the fullest minute of these. Of users those who are asked about, and nobody.
SELECT
    opening,
    service_name,
    user_id,
    groupArray(start_ns) AS starts_ns,
    groupArray(in_minute) AS in_minute
FROM
(
    SELECT
        opening,
        service_name,
        user_id,
        first_time,
        toUnixTimestamp64Nano(first_time) AS start_ns,
        max(of_minute) OVER (PARTITION BY opening, service_name, user_id, toStartOfTenMinutes(first_time)) AS in_minute
    FROM
    (
        SELECT
            opening,
            service_name,
            user_id,
            first_time,
            count() OVER (PARTITION BY opening, service_name, user_id, toStartOfMinute(first_time)) AS of_minute
        FROM openings FINAL
        PREWHERE project_id = {project_id:UInt32} AND opening IN {openings:Array(UInt64)}
        WHERE first_time >= fromUnixTimestamp64Nano({since_ns:Int64})
            AND first_time <= fromUnixTimestamp64Nano({until_ns:Int64})
            AND user_id IN {user_ids:Array(String)}
    )
    ORDER BY first_time DESC
    LIMIT 12 BY opening, service_name, user_id, toStartOfTenMinutes(first_time)
)
GROUP BY opening, service_name, user_id
HAVING length(starts_ns) > 1
