-- Learnt templates of messages whose text none of the latest messages has any more.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, 'template', toString(cityHash64(opening, before, after, closing))
FROM message_templates
WHERE project_id = {project_id:UInt32}
    AND (opening, before, after, closing) NOT IN
    (
        SELECT DISTINCT opening, before, after, closing
        FROM
        (
            SELECT sent_text
            FROM turns
            WHERE project_id = {project_id:UInt32} AND sent_text != '' AND is_deleted = 0
            ORDER BY start_time DESC
            LIMIT 20000
        ) AS sent
        CROSS JOIN
        (
            SELECT DISTINCT opening, before, after, closing
            FROM message_templates
            WHERE project_id = {project_id:UInt32}
        ) AS learnt
        WHERE arrayAll(piece -> piece = '' OR position(sent_text, piece) > 0, [opening, before, after, closing])
    )
