-- Answers that a judge rated since a time, and what others said of them: people by thumbs and ratings, detectors by what
-- they heard in the message after it. Compared with detectors are only those that chance chose.
SELECT
    countIf(is_told AND is_bad AND people < 0) AS people_both_bad,
    countIf(is_told AND is_bad AND people > 0) AS people_judge_alone,
    countIf(is_told AND NOT is_bad AND people < 0) AS people_others_alone,
    countIf(is_told AND NOT is_bad AND people > 0) AS people_neither,
    countIf(is_sampled AND is_bad AND heard_bad) AS detectors_both_bad,
    countIf(is_sampled AND is_bad AND NOT heard_bad) AS detectors_judge_alone,
    countIf(is_sampled AND NOT is_bad AND heard_bad) AS detectors_others_alone,
    countIf(is_sampled AND NOT is_bad AND NOT heard_bad) AS detectors_neither,
    countIf(label = 'served') AS served,
    countIf(label = 'partly') AS partly,
    countIf(label = 'failed') AS failed,
    countIf(label = 'unclear') AS unclear
FROM
(
    SELECT
        conversation_id,
        target,
        maxIf(label, kind = 'judgement') AS label,
        countIf(kind = 'judgement') > 0 AS is_judged,
        label IN ('partly', 'failed') AS is_bad,
        maxIf(JSONExtractFloat(evidence, 'numbers', 'sampled') > 0, kind = 'judgement') AS is_sampled,
        sumIf(toInt32(polarity), kind IN ('thumbs', 'rating')) AS people,
        people != 0 AS is_told,
        countIf(fired AND polarity < 0 AND kind IN {heard_kinds:Array(String)}) > 0 AS heard_bad
    FROM signals FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE time >= fromUnixTimestamp64Nano({since_ns:Int64}) AND target IS NOT NULL
        AND (kind IN ('judgement', 'thumbs', 'rating') OR kind IN {heard_kinds:Array(String)})
    GROUP BY conversation_id, target
    HAVING is_judged
)
