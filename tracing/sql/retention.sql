-- For how many days the rows of each project are kept, by kind; projects whose rows are kept for ever may be missing.
SELECT project_id, raw, conversations, signals, feedback, dead_letters FROM kept_days
