-- What reviewers noted before a moment.
ALTER TABLE reviews
UPDATE note = concat({mark:String}, toString(lengthUTF8(note)), {end:String})
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND note != '' AND position(note, {mark:String}) = 0
    AND version < {until_us:Int64}
SETTINGS mutations_sync = 2
