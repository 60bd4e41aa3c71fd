-- How many sets of files these tables still have, on any server of a cluster, that hold no row of now.
SELECT count() AS parts
FROM clusterAllReplicas({cluster:Identifier}, system.parts)
WHERE database = currentDatabase() AND table IN {tables:Array(String)} AND NOT active
