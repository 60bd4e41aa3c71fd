-- Conversations and turns that began in each slice of the period, and in the whole period of the same length before it, by
-- the machine that led them ('' is people); and how many of them are how likely dissatisfied, by log odds in fifths: as
-- estimated (`corrected`), and without what was said on purpose (`implicit`). Ids are held against each other as
-- numbers of 64 bits, in two thirds of the time of texts.
SELECT
    first_time >= fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC') AS is_current,
    if(is_current, intDiv(toUnixTimestamp64Nano(first_time), {step_ns:Int64}) * {step_ns:Int64}, 0) AS slice_ns,
    machine,
    count() AS conversations,
    sum(turn_count) AS turns,
    sumMapIf(map(toInt8(round(5 * greatest(-7, least(7, log_odds)))), toUInt64(1)), is_estimated) AS corrected,
    sumMapIf(map(toInt8(round(5 * greatest(-7, least(7, log_odds - said)))), toUInt64(1)), is_estimated) AS implicit
FROM
(
    SELECT cityHash64(conversation_id) AS id, first_time, turn_count
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND true /* filter */
) AS begun
ANY LEFT JOIN
(
    SELECT cityHash64(conversation_id) AS id, machine FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
) AS led USING (id)
ANY LEFT JOIN
(
    SELECT
        cityHash64(conversation_id) AS id,
        true AS is_estimated,
        log(greatest(probability, 1e-9) / greatest(1 - probability, 1e-9)) AS log_odds,
        arraySum(arrayMap((name, value) -> if(name = 'said on purpose', value, 0), reasons.name, reasons.log_odds)) AS said
    FROM estimates FINAL
    WHERE project_id = {project_id:UInt32}
) AS estimated USING (id)
GROUP BY is_current, slice_ns, machine
