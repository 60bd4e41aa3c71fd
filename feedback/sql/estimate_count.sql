-- About how many conversations have an estimate: those that are gone, and older versions not merged yet, count too.
SELECT count() AS count FROM estimates WHERE project_id = {project_id:UInt32}
