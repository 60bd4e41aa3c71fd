"""What users did and said of answers comes in, rows with labels go out: which answers, how sure, and which of two."""
