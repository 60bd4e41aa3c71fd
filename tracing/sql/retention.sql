-- For how many days the rows of each project are kept; projects whose rows are kept for ever may be missing.
SELECT project_id, days FROM project_retention
