-- Dead letters that were inserted after all, gone when the statement returns.
DELETE FROM dead_letters
WHERE project_id = {project_id:UInt32} AND letter_id IN {letter_ids:Array(String)}
