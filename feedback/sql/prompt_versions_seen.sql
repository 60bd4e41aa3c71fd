-- The versions of prompts, and when each was first seen; the latest first.
SELECT
    prompt_version AS value,
    prompt_name AS prompt,
    toUnixTimestamp64Nano(min(start_time)) AS seen_ns
FROM generations_by_time FINAL
WHERE project_id = {project_id:UInt32} AND prompt_version != ''
GROUP BY value, prompt
ORDER BY seen_ns DESC
LIMIT {limit:UInt32}
