-- A table without its rows.
TRUNCATE TABLE {table:Identifier}
