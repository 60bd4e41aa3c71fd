-- How many conversations failed in one failure mode since some time, and of how many users.
SELECT count() AS conversations, uniqExactIf(user_id, user_id != '') AS users
FROM failing_turns FINAL
WHERE project_id = {project_id:UInt32} AND mode = {mode:UInt32} AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
