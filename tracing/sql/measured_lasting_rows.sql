-- The same of a table whose rows do not go by themselves, of all projects at once.
SELECT toUInt32(0) AS project, count() AS rows, sum(cityHash64(toString(tuple(*)))) AS digest
FROM {table:Identifier}
HAVING rows > 0
SETTINGS final = 1
