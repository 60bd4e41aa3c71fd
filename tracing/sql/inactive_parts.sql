-- How many sets of files these tables still have that hold no row of now: a query may still be reading them.
SELECT count() AS parts
FROM system.parts
WHERE database = currentDatabase() AND table IN {tables:Array(String)} AND NOT active
