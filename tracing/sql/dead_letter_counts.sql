-- How many dead letters each table has, over all projects: for the figures of the installation.
SELECT table_name, count() AS letters
FROM dead_letters FINAL
GROUP BY table_name
