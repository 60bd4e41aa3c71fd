"""Review queues of projects, from the store and Django's tables into them: see `feedback.review` for what is decided."""
