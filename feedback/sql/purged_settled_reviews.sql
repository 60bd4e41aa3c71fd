-- Better answers that were settled between two moments; their verdicts stay.
ALTER TABLE settled_reviews
UPDATE better_answer = concat({mark:String}, toString(lengthUTF8(better_answer)), {end:String})
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND better_answer != '' AND position(better_answer, {mark:String}) = 0
    AND version < {until_us:Int64}
SETTINGS mutations_sync = 2
