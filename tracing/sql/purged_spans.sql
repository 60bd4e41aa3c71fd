-- Spans that came in between two moments lose their texts: of an attribute stays what is a number, or what stands under
-- an allowed name and looks like a word; of everything else its length.
ALTER TABLE otel_traces
UPDATE
    SpanName = if(
        length(splitByWhitespace(SpanName)) <= 2 OR splitByWhitespace(SpanName)[1] IN {operations:Array(String)},
        SpanName, concat({mark:String}, toString(lengthUTF8(SpanName)), {end:String})
    ),
    StatusMessage = if(
        StatusMessage = '', '', concat({mark:String}, toString(lengthUTF8(StatusMessage)), {end:String})
    ),
    SpanAttributes = mapFromArrays(mapKeys(SpanAttributes), arrayMap(
        (name, value) -> if(
            value = '' OR position(value, {mark:String}) > 0
            OR SpanAttributeTypes[name] IN ('int', 'double', 'bool')
            OR (match(value, {word:String}) AND (
                lower(replaceRegexpAll(name, '\\.[0-9]{1,6}(\\.|$)', '\\1')) IN {attributes:Array(String)}
                OR lower(splitByChar('.', name)[-1]) IN {names:Array(String)}
                OR match(splitByChar('.', name)[-1], {id:String})
            )),
            value, concat({mark:String}, toString(lengthUTF8(value)), {end:String})
        ),
        mapKeys(SpanAttributes), mapValues(SpanAttributes)
    )),
    ResourceAttributes = mapFromArrays(mapKeys(ResourceAttributes), arrayMap(
        (name, value) -> if(
            value = '' OR position(value, {mark:String}) > 0
            OR ResourceAttributeTypes[name] IN ('int', 'double', 'bool')
            OR (length(value) <= {longest:UInt32} AND arrayExists(each -> startsWith(name, each), {resource:Array(String)}))
            OR (match(value, {word:String}) AND (
                lower(name) IN {attributes:Array(String)}
                OR lower(splitByChar('.', name)[-1]) IN {names:Array(String)}
                OR match(splitByChar('.', name)[-1], {id:String})
            )),
            value, concat({mark:String}, toString(lengthUTF8(value)), {end:String})
        ),
        mapKeys(ResourceAttributes), mapValues(ResourceAttributes)
    )),
    `Events.Name` = arrayMap(
        name -> if(
            length(splitByWhitespace(name)) <= 2 OR name IN {named:Array(String)}
            OR splitByWhitespace(name)[1] IN {operations:Array(String)},
            name, concat({mark:String}, toString(lengthUTF8(name)), {end:String})
        ),
        Events.Name
    ),
    `Events.Attributes` = arrayMap(attributes -> mapFromArrays(mapKeys(attributes), arrayMap(
        (name, value) -> if(
            value = '' OR position(value, {mark:String}) > 0 OR (match(value, {word:String}) AND (
                lower(name) IN {attributes:Array(String)}
                OR lower(splitByChar('.', name)[-1]) IN {names:Array(String)}
                OR match(splitByChar('.', name)[-1], {id:String})
            )),
            value, concat({mark:String}, toString(lengthUTF8(value)), {end:String})
        ),
        mapKeys(attributes), mapValues(attributes)
    )), Events.Attributes),
    `Links.Attributes` = arrayMap(attributes -> mapFromArrays(mapKeys(attributes), arrayMap(
        value -> if(value = '', '', concat({mark:String}, toString(lengthUTF8(value)), {end:String})),
        mapValues(attributes)
    )), Links.Attributes)
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32}
    AND ingested_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC') AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
SETTINGS mutations_sync = 2
