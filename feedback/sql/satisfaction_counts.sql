-- How much a project's satisfaction can be learnt from: conversations of people, and what was said on purpose, by their
-- users and by reviewers.
SELECT
    (SELECT count() FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine = '') AS conversations,
    (
        SELECT count()
        FROM signals FINAL
        WHERE project_id = {project_id:UInt32} AND kind IN ('thumbs', 'rating') AND polarity != 0 AND fired
    ) + (SELECT count() FROM labels FINAL WHERE project_id = {project_id:UInt32} AND kind = 'outcome') AS verdicts
