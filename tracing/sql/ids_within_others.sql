-- Which of these ids are, or are part of, an id that somebody still has, in any project: on the disk they cannot be told
-- from that.
SELECT DISTINCT arrayJoin(arrayFilter(id -> position(stored, id) > 0, {ids:Array(String)})) AS id
FROM
(
    SELECT DISTINCT user_id AS stored FROM generations
    UNION ALL
    SELECT DISTINCT conversation_id AS stored FROM generations
)
