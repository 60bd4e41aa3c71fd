-- What a table holds of each project: how many rows, of each the latest version, and a sum that another row would change.
-- Rows whose time is over by tomorrow are left out: where they are not gone yet, they go meanwhile.
SELECT project_id AS project, count() AS rows, sum(cityHash64(toString(tuple(*)))) AS digest
FROM {table:Identifier}
WHERE expires_at > now() + INTERVAL 1 DAY
GROUP BY project_id
SETTINGS final = 1
