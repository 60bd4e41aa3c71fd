-- The database that is asked, and the engine's version.
SELECT currentDatabase() AS database, version() AS version
