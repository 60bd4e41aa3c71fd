"""Review queues of projects, in the store and in Django's tables; `feedback.review` says what is decided."""
