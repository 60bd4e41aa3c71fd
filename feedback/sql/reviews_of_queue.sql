-- What reviewers said of the items of a review queue, of each the latest: `blind` is what they said before Tacit's opinion
-- was shown to them, with how many seconds they looked. What was taken back is missing.
SELECT
    conversation_id, turn_index, said_by, is_adjudication,
    last.1 AS choices, last.2 AS better_answer, last.3 AS note, last.4 AS is_informed, last.5 AS version,
    first.1 AS blind, first.2 AS seconds
FROM
(
    SELECT
        conversation_id, turn_index, said_by, is_adjudication,
        argMax(tuple(choices, better_answer, note, is_informed, version, is_deleted), version) AS last,
        argMaxIf(tuple(choices, seconds), version, NOT is_informed AND NOT is_deleted) AS first
    FROM reviews FINAL
    WHERE project_id = {project_id:UInt32} AND queue = {queue:UInt32}
    GROUP BY conversation_id, turn_index, said_by, is_adjudication
)
WHERE NOT last.6
ORDER BY conversation_id, turn_index, is_adjudication, said_by
