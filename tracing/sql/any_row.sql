-- A row of a table, whatever it says; none of an empty one.
SELECT 1 AS one
FROM {table:Identifier}
LIMIT 1
