-- What called the tables unfinished goes.
ALTER TABLE schema_migrations
DELETE WHERE name = {name:String}
SETTINGS mutations_sync = 2
