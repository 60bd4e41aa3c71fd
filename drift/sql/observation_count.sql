-- At most so many conversations were observed: versions of one count each, but to count them takes no reading.
SELECT count() AS count FROM observations WHERE project_id = {project_id:UInt32}
