-- Keep of the traces that are erased a keyed digest, by which they are known should they be sent again; not of those that
-- other conversations have a part in.
INSERT INTO erased_traces (project_id, digest)
SELECT project_id, sipHash64Keyed(({key:UInt64}, {second_key:UInt64}), id)
FROM erasure_targets
WHERE project_id = {project_id:UInt32} AND kind = 'trace'
    AND id NOT IN
    (
        SELECT substring(id, 1, position(id, '/') - 1)
        FROM erasure_targets
        WHERE project_id = {project_id:UInt32} AND kind = 'kept'
    )
