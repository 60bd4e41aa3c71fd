-- Model calls of traces that lost their texts lose theirs: who spoke in which order stays, and which tools were asked for.
ALTER TABLE generations
UPDATE
    system_instructions = if(
        system_instructions = '' OR position(system_instructions, {mark:String}) > 0,
        system_instructions, concat({mark:String}, toString(lengthUTF8(system_instructions)), {end:String})
    ),
    user_text = if(
        user_text = '' OR position(user_text, {mark:String}) > 0,
        user_text, concat({mark:String}, toString(lengthUTF8(user_text)), {end:String})
    ),
    error_message = if(
        error_message = '', '', concat({mark:String}, toString(lengthUTF8(error_message)), {end:String})
    ),
    input_messages = concat('[', arrayStringConcat(arrayMap(message -> concat(
        '{"role": ', JSONExtractRaw(message, 'role'), ', "content": ',
        if(
            JSONExtractString(message, 'content') = '', '""',
            concat('"', {mark:String}, toString(lengthUTF8(JSONExtractString(message, 'content'))), {end:String}, '"')
        ),
        if(JSONHas(message, 'tool_calls'), concat(', "tool_calls": [', arrayStringConcat(arrayMap(call -> concat(
            '{"id": ', JSONExtractRaw(call, 'id'), ', "name": ', JSONExtractRaw(call, 'name'), ', "arguments": {}}'
        ), JSONExtractArrayRaw(message, 'tool_calls')), ', '), ']'), ''),
        if(JSONHas(message, 'tool_call_id'), concat(', "tool_call_id": ', JSONExtractRaw(message, 'tool_call_id')), ''),
        '}'
    ), JSONExtractArrayRaw(input_messages)), ', '), ']'),
    output_messages = concat('[', arrayStringConcat(arrayMap(message -> concat(
        '{"role": ', JSONExtractRaw(message, 'role'), ', "content": ',
        if(
            JSONExtractString(message, 'content') = '', '""',
            concat('"', {mark:String}, toString(lengthUTF8(JSONExtractString(message, 'content'))), {end:String}, '"')
        ),
        if(JSONHas(message, 'tool_calls'), concat(', "tool_calls": [', arrayStringConcat(arrayMap(call -> concat(
            '{"id": ', JSONExtractRaw(call, 'id'), ', "name": ', JSONExtractRaw(call, 'name'), ', "arguments": {}}'
        ), JSONExtractArrayRaw(message, 'tool_calls')), ', '), ']'), ''),
        if(JSONHas(message, 'tool_call_id'), concat(', "tool_call_id": ', JSONExtractRaw(message, 'tool_call_id')), ''),
        '}'
    ), JSONExtractArrayRaw(output_messages)), ', '), ']'),
    tool_definitions = concat('[', arrayStringConcat(arrayMap(
        tool -> if(JSONHas(tool, 'name'), concat('{"name": ', JSONExtractRaw(tool, 'name'), '}'), '{}'),
        JSONExtractArrayRaw(tool_definitions)
    ), ', '), ']'),
    parameters = concat('{', arrayStringConcat(arrayMap(
        field -> concat('"', field.1, '": ', field.2),
        arrayFilter(
            field -> match(field.2, '^(-?[0-9.eE+-]+|true|false|null)$') AND match(field.1, '^[A-Za-z_.]{1,60}$'),
            JSONExtractKeysAndValuesRaw(parameters)
        )
    ), ', '), '}'),
    prompt_variables = '{}',
    metadata = '{}'
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND trace_id IN (
    SELECT id FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace'
)
SETTINGS mutations_sync = 2
