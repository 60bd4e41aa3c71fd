-- Learnt templates that are erased.
SELECT count() AS rows
FROM {table:Identifier}
WHERE project_id = {project_id:UInt32}
    AND toString(cityHash64(opening, before, after, closing)) IN
        (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'template')
