-- Of what stands, as it fired or a person said: for each kind (thumbs: each label) in how many conversations that began
-- in each slice of the period, and in the whole one before it, it fired. A conversation begins once, so slices may be summed. Besides what several kinds tell together:
-- `violation` (the answer gave way to an attack, was abusive or gave personal data away) and `false_refusal` (it declined
-- a harmless request), `said_well` and `said_badly` (what thumbs and ratings say). Of these four and of thumbs also about how many
-- turns' answers, each once.
WITH picked AS
(
    SELECT
        cityHash64(conversation_id) AS id,
        first_time >= fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC') AS is_current,
        if(is_current, intDiv(toUnixTimestamp64Nano(first_time), {step_ns:Int64}) * {step_ns:Int64}, 0) AS slice_ns
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND true /* filter */
)
SELECT
    is_current,
    slice_ns,
    if(measure = '', kind, measure) AS kind,
    if(measure = '' AND signal.kind = 'thumbs', label, '') AS label,
    -- hashes take less room than ids; two of a project's ids do not share one of 64 bits
    uniqExact(id) AS conversations,
    uniqExactIf(cityHash64(id, about), measure != '' OR signal.kind = 'thumbs') AS turns
FROM
(
    SELECT
        cityHash64(conversation_id) AS id,
        kind,
        label,
        coalesce(target, turn_index) AS about,
        arrayJoin(multiIf(
            kind IN ('toxic_output', 'pii_leak') OR (kind = 'prompt_attack' AND label = 'succeeded'), ['', 'violation'],
            kind = 'refusal' AND label = 'needless', ['', 'false_refusal'],
            kind IN ('thumbs', 'rating') AND polarity != 0, ['', if(polarity > 0, 'said_well', 'said_badly')],
            ['']
        )) AS measure
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32}
        AND true /* stands */
        AND (
            polarity != 0 -- or what is against a rule all the same where nobody was there to mind
            OR kind IN ('toxic_output', 'pii_leak')
            OR (kind = 'prompt_attack' AND label = 'succeeded')
            OR (kind = 'refusal' AND label = 'needless')
        )
) AS signal
INNER JOIN picked USING (id)
GROUP BY is_current, slice_ns, kind, label
