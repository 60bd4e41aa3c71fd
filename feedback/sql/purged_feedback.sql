-- What people wrote between two moments on purpose; that they did, and what they pressed, stays.
ALTER TABLE feedback
UPDATE
    explanation = if(
        explanation = '' OR position(explanation, {mark:String}) > 0,
        explanation, concat({mark:String}, toString(lengthUTF8(explanation)), {end:String})
    ),
    correction = if(
        correction = '' OR position(correction, {mark:String}) > 0,
        correction, concat({mark:String}, toString(lengthUTF8(correction)), {end:String})
    ),
    label = if(
        length(splitByWhitespace(label)) <= 2,
        label, concat({mark:String}, toString(lengthUTF8(label)), {end:String})
    ),
    metadata = '{}'
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32}
    AND (explanation != '' OR correction != '' OR metadata != '{}' OR length(splitByWhitespace(label)) > 2)
    AND version >= {since_us:Int64}
    AND version < {until_us:Int64}
SETTINGS mutations_sync = 2
