-- How far the lanes of a stage have come, those of other numbers of lanes too, and the stage when it had none.
SELECT stage, toUnixTimestamp64Micro(done_until) AS done_until_us
FROM watermarks FINAL
WHERE stage = {stage:String} OR startsWith(stage, concat({stage:String}, ' '))
