-- Rows that were derived again are told apart when they are read, which takes most of the time of many queries, unless
-- all of a project stand in one part. Narrow tables are merged into one when nothing came in for half an hour.
ALTER TABLE signals MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE estimates MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE hearings MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE failing_turns MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE confirmations MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE labels MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE settled_reviews MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE feedback MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE asks MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE openings MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE agent_tasks MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE tool_runs MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE generations_by_time MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE generation_hours MODIFY SETTING min_age_to_force_merge_seconds = 1800, min_age_to_force_merge_on_partition_only = 1;
