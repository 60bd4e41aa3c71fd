-- How many conversations that have a first message there are, and in which language most are.
SELECT count() AS conversations, arrayElement(topKIf(1)(language, language != ''), 1) AS language
FROM observations FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE text_hash != 0
