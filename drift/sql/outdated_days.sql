-- Days that were counted by other topics, the latest first.
SELECT DISTINCT toString(day) AS id
FROM drift_days FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE toString(topics_version) != {basis:String}
ORDER BY id DESC
LIMIT {limit:UInt32}
