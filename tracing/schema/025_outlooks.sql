-- What a decision whether to ask needs of a conversation, so that it reads one row.
ALTER TABLE estimates
    ADD COLUMN IF NOT EXISTS turn_count UInt32 DEFAULT 1,
    ADD COLUMN IF NOT EXISTS high_unpraised Float64 DEFAULT high, -- of the interval, had nothing spoken for the user
    ADD COLUMN IF NOT EXISTS is_model_unsure Bool DEFAULT false; -- of its last answer
