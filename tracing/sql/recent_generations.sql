-- All model calls of some traces; of their input messages those from the user's last one on.
WITH
    JSONExtractArrayRaw(input_messages) AS messages,
    arrayLastIndex(message -> JSONExtractString(message, 'role') = 'user', messages) AS last_of_user
SELECT
    * EXCEPT (start_time, code_version, version, is_deleted)
      REPLACE (concat('[', arrayStringConcat(arraySlice(messages, greatest(last_of_user, 1)), ','), ']') AS input_messages),
    toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
ORDER BY start_time, span_id
