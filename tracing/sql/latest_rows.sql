-- How many rows a table has, of each the latest version alone: as many before its parts are merged as after.
SELECT count() AS rows
FROM {table:Identifier} FINAL
