-- How much there is to take the texts out of that came in between two moments, by what it is.
SELECT
    (
        SELECT count() FROM otel_traces WHERE project_id = {project_id:UInt32}
            AND ingested_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
            AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
    ) AS spans,
    (
        SELECT count() FROM otel_logs WHERE project_id = {project_id:UInt32}
            AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
    ) AS logs,
    (
        SELECT count() FROM dead_letters WHERE project_id = {project_id:UInt32}
            AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
    ) AS letters,
    (
        SELECT count() FROM feedback WHERE project_id = {project_id:UInt32}
            AND (explanation != '' OR correction != '' OR metadata != '{}' OR length(splitByWhitespace(label)) > 2)
            AND version >= {since_us:Int64} AND version < {until_us:Int64}
    ) AS feedback,
    (
        SELECT count() FROM reviews WHERE project_id = {project_id:UInt32}
            AND (better_answer != '' OR note != '') AND position(concat(better_answer, note), {mark:String}) = 0
            AND version < {until_us:Int64}
    ) AS reviews,
    (
        SELECT count() FROM settled_reviews WHERE project_id = {project_id:UInt32}
            AND better_answer != '' AND position(better_answer, {mark:String}) = 0 AND version < {until_us:Int64}
    ) AS settled,
    (
        SELECT count() FROM message_templates WHERE project_id = {project_id:UInt32} AND version < {until_us:Int64}
    ) AS templates
