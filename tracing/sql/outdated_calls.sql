-- How many model calls of all projects were read by another version of the code.
SELECT count() AS calls
FROM generations FINAL
WHERE code_version != {code_version:String}
