-- Whole dead letters of a project to insert again, by id, so that a pass over them ends.
SELECT letter_id, table_name, row
FROM dead_letters FINAL
WHERE project_id = {project_id:UInt32} AND letter_id > {after_id:String}
ORDER BY letter_id
LIMIT {limit:UInt32}
